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

  /// The most classes, so that an index fits 16 bits with one value to spare.
  package static let largestClassCount = 65_535

  /// Items; nil where there are no targets.
  var count: Int? {
    switch self {
    case .none: nil
    case .classes(let indices, _): indices.count
    case .labels(let flags, let names): flags.count / names.count
    case .numbers(let numbers, let shape): numbers.count / shape.reduce(1, *)
    }
  }

  /// Numbers or labels of an item; 1 for a class, 0 without targets.
  package var width: Int {
    switch self {
    case .none: 0
    case .classes: 1
    case .labels(_, let names): names.count
    case .numbers(_, let shape): shape.reduce(1, *)
    }
  }

  package var names: [String] {
    switch self {
    case .none, .numbers: []
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
    }
  }
}

extension ItemTargets {
  /// What the outputs of a model are compared with: those of the first output that they fit.
  ///
  /// - Parameters:
  ///   - names: of the outputs.
  ///   - fits: whether targets fit an output, by its number.
  package func parts(names: [String], fits: (Int, ItemTargets) -> Bool) -> [ItemTargets] {
    var parts = [ItemTargets](repeating: .none, count: names.count)
    if names.count == 1 {
      parts[0] = self
    } else if let place = names.indices.first(where: { fits($0, self) }) {
      parts[place] = self
    }
    return parts
  }
}
