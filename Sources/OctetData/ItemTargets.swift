/// What a network should make of items.
package enum ItemTargets: Equatable, Sendable {
  /// Not known: enough to calibrate on, and to compare two models with.
  case none
  /// One of several classes: its index, and the name of each class in the order of the indices.
  case classes([UInt16], names: [String])
  /// Labels of which several can hold together: for each item a byte of 0 or 1 for each name.
  case labels([UInt8], names: [String])
  /// Numbers, as many for each item; the shape is that of an item as its array has it, empty for one number.
  case numbers([Float], shape: [Int])
  /// Targets of several outputs of a model, each under the name of its output.
  indirect case several([NamedTargets])

  /// The most classes, so that an index fits 16 bits with one value to spare.
  package static let largestClassCount = 65_535

  /// Items; nil where there are no targets.
  var count: Int? {
    switch self {
    case .none: nil
    case .classes(let indices, _): indices.count
    case .labels(let flags, let names): flags.count / names.count
    case .numbers(let numbers, let shape): numbers.count / shape.reduce(1, *)
    case .several(let parts): parts.first?.targets.count
    }
  }

  /// Numbers or labels of an item; 1 for a class, 0 without targets or with several kinds of them.
  package var width: Int {
    switch self {
    case .none, .several: 0
    case .classes: 1
    case .labels(_, let names): names.count
    case .numbers(_, let shape): shape.reduce(1, *)
    }
  }

  package var names: [String] {
    switch self {
    case .none, .numbers, .several: []
    case .classes(_, let names), .labels(_, let names): names
    }
  }

  /// Whether two sets can be parts of one: the same kind, of the same names or numbers.
  func matches(_ other: ItemTargets) -> Bool {
    switch (self, other) {
    case (.none, .none): true
    case (.classes(_, let names), .classes(_, let others)), (.labels(_, let names), .labels(_, let others)):
      names == others
    case (.numbers(_, let shape), .numbers(_, let other)): shape == other
    case (.several(let parts), .several(let others)):
      parts.map(\.name) == others.map(\.name)
        && zip(parts, others).allSatisfy { $0.targets.matches($1.targets) }
    default: false
    }
  }

  /// For messages and the line that says what the data is: "10 classes".
  package var description: String {
    switch self {
    case .none: "no targets"
    case .classes(_, let names): names.count == 1 ? "1 class" : "\(names.count) classes"
    case .labels(_, let names): "\(names.count) labels that can hold together"
    case .numbers: width == 1 ? "a number for each item" : "\(width) numbers for each item"
    case .several(let parts): parts.map { "\($0.name): \($0.targets.description)" }.joined(separator: ", ")
    }
  }

  subscript(_ range: Range<Int>) -> ItemTargets {
    switch self {
    case .none: .none
    case .classes(let indices, let names): .classes(Array(indices[range]), names: names)
    case .labels(let flags, let names):
      .labels(Array(flags[range.lowerBound * names.count..<range.upperBound * names.count]), names: names)
    case .numbers(let numbers, let shape):
      .numbers(Array(numbers[range.lowerBound * width..<range.upperBound * width]), shape: shape)
    case .several(let parts): .several(parts.map { NamedTargets(name: $0.name, targets: $0.targets[range]) })
    }
  }

  func selecting(_ indices: [Int]) -> ItemTargets {
    switch self {
    case .none: .none
    case .classes(let all, let names): .classes(indices.map { all[$0] }, names: names)
    case .labels(let flags, let names):
      .labels(indices.flatMap { flags[$0 * names.count..<($0 + 1) * names.count] }, names: names)
    case .numbers(let numbers, let shape):
      .numbers(indices.flatMap { numbers[$0 * width..<($0 + 1) * width] }, shape: shape)
    case .several(let parts):
      .several(parts.map { NamedTargets(name: $0.name, targets: $0.targets.selecting(indices)) })
    }
  }
}

/// Targets of one output of a model.
package struct NamedTargets: Equatable, Sendable {
  package let name: String
  package let targets: ItemTargets

  package init(name: String, targets: ItemTargets) {
    self.name = name
    self.targets = targets
  }

  /// The name of an output as it can be the name of an array in a file: without characters of paths.
  package static func arrayName(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) ? $0 : "_" })
  }

  /// Whose targets they are: that output's which has their name, else which has it as an array can, else which has it
  /// as its number. An output may be called by the number of another.
  package func place(among outputs: [String]) -> Int? {
    outputs.firstIndex(of: name) ?? outputs.firstIndex { Self.arrayName($0) == name }
      ?? outputs.indices.first { String($0) == name }
  }
}

extension ItemTargets {
  /// What the outputs of a model are compared with: targets with names by those, others belong to the first output that
  /// they fit.
  ///
  /// - Parameters:
  ///   - names: of the outputs.
  ///   - fits: whether targets fit an output, by its number.
  package func parts(names: [String], fits: (Int, ItemTargets) -> Bool) -> [ItemTargets] {
    var parts = [ItemTargets](repeating: .none, count: names.count)
    if case .several(let named) = self {
      for part in named { if let place = part.place(among: names) { parts[place] = part.targets } }
      return parts
    }
    if names.count == 1 {
      parts[0] = self
    } else if let place = names.indices.first(where: { fits($0, self) }) {
      parts[place] = self
    }
    return parts
  }
}
