import OctetHost
import OctetNetwork
import OctetText

/// Data sets in NumPy's files: an .npz archive of the arrays `x_train`, `y_train`, `x_test` and `y_test` as Keras names
/// them, or of `x` and `y`, or of `x` alone; or an .npy file, which is `x` alone.
///
/// - An `x` has the items along its first axis. Numbers of uint8 are pixels, int8 the integers of an int8 model; floats
///   and int16 are what a network sees.
/// - A `y` of integers along one axis, or N x 1, is class indices. A matrix of 0 and 1 is one-hot if each row has
///   exactly one 1, else labels that can hold together. Floats are numbers.
package struct ArrayData {
  private struct Member {
    /// With the name of the file, for errors.
    let subject: String
    let array: NPYArray
  }

  private let path: String

  private init(path: String) { self.path = path }

  package static func read(npy file: [UInt8], path: String) throws(FileError) -> DataSet {
    let data = ArrayData(path: path)
    let (items, axes) = try data.items(Member(subject: path, array: try NPYArray(file, path: path)))
    return DataSet(
      train: items, test: nil, origin: "NumPy array, \(items.counted) without targets, from \(path)",
      axes: axes)
  }

  package static func read(npz file: [UInt8], path: String) throws(FileError) -> DataSet {
    let archive: ZIPArchive
    do throws(OffsetFailure) {
      archive = try ZIPArchive(file)
    } catch {
      throw FileError(path, at: .byte(error.offset), error.reason, advice: "write it with numpy.savez")
    }
    return try ArrayData(path: path).read(archive)
  }

  // MARK: the members of an archive

  private func read(_ archive: ZIPArchive) throws(FileError) -> DataSet {
    let names = archive.names
    let isSplit = names.contains("x_train.npy")
    guard isSplit != names.contains("x.npy") else {
      let found = names.prefix(12).map { $0.shown }.joined(separator: ", ")
      throw FileError(
        path,
        "has \(isSplit ? "both x and x_train" : "neither x nor x_train, but \(found.isEmpty ? "nothing" : found)")",
        advice: "name the arrays x_train, y_train, x_test, y_test, or x and y, or x alone")
    }
    let (train, axes) = try items(member(isSplit ? "x_train" : "x", of: archive))
    var test: LabeledItems?
    if isSplit, names.contains("x_test.npy") {
      let member = try member("x_test", of: archive)
      let (found, testAxes) = try items(member)
      guard testAxes == axes, found.values.isOfSameKind(as: train.values) else {
        throw FileError(
          member.subject,
          "has \(found.values.words) of the shape \(testAxes), but x_train has \(train.values.words) of \(axes)",
          advice: "give both the same shape and type")
      }
      test = found
    }
    let labels = isSplit ? ["y_train"] + (test == nil ? [] : ["y_test"]) : ["y"]
    let parts = [train] + (test.map { [$0] } ?? [])
    let outputs = try outputNames(labels, in: names)
    let there = labels.filter { names.contains("\($0).npy") }
    guard there.isEmpty || there == labels else {
      throw FileError(
        path, "has \(there[0]) alone", advice: "give targets for the items of both parts, or for none")
    }
    var targets = [ItemTargets](repeating: .none, count: labels.count)
    if !there.isEmpty { targets = try self.targets(there, of: parts, in: archive) }
    if !outputs.isEmpty {
      var named = [[NamedTargets]](repeating: [], count: labels.count)
      for output in outputs {
        let found = try self.targets(labels.map { "\($0)_\(output)" }, of: parts, in: archive)
        for (part, own) in found.enumerated() { named[part].append(NamedTargets(name: output, targets: own)) }
      }
      targets = named.map { .several($0) }
    }
    let (trained, tested) = (train.with(targets[0]), test.map { $0.with(targets[1]) })
    return DataSet(
      train: trained, test: tested,
      origin: "NumPy arrays, \(DataSet.counts(trained, tested)) with \(targets[0].description), from \(path)",
      axes: axes, numbersClasses: true)
  }

  /// The names of the outputs that there are targets of: of the arrays `y_angle` and `y_kind`, or `y_train_angle` and
  /// so on, these are `angle` and `kind`. Sorted, so that the order of an archive plays no part.
  private func outputNames(_ labels: [String], in names: [String]) throws(FileError) -> [String] {
    let arrays = names.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    func outputs(_ label: String) -> [String] {
      arrays.filter { $0.hasPrefix("\(label)_") }.map { String($0.dropFirst(label.utf8.count + 1)) }.sorted()
    }
    let found = outputs(labels[0])
    if found.isEmpty { return [] }
    guard !arrays.contains(labels[0]) else {
      throw FileError(
        path, "has both \(labels[0]) and \(labels[0])_\(found[0])",
        advice: "give the targets of each output a name, or give those of one output")
    }
    guard found.count <= NetworkDescription.largestOutputCount else {
      throw FileError(
        path, "has targets of \(found.count) outputs",
        advice: "a model has at most \(NetworkDescription.largestOutputCount)")
    }
    for other in labels.dropFirst() where outputs(other) != found {
      throw FileError(
        path, "has arrays \(labels[0])_NAME and \(other)_NAME that do not go together",
        advice: "give targets for the items of both parts")
    }
    return found
  }

  /// The targets of each part of a set.
  private func targets(
    _ names: [String], of parts: [LabeledItems], in archive: ZIPArchive
  ) throws(FileError) -> [ItemTargets] {
    var members: [Member] = []
    for (name, items) in zip(names, parts) {
      let member = try member(name, of: archive)
      guard member.array.shape.first == items.count else {
        throw FileError(
          member.subject, "has the shape \(member.array.shape), but there are \(items.counted)",
          advice: "give a target for each item")
      }
      members.append(member)
    }
    return try Self.targets(members)
  }

  private func member(_ name: String, of archive: ZIPArchive) throws(FileError) -> Member {
    let subject = "\(path) (\(name))"
    let bytes: [UInt8]?
    do throws(OffsetFailure) {
      bytes = try archive.contents("\(name).npy")
    } catch {
      throw FileError(
        path, at: .byte(error.offset), error.reason,
        advice: "write it again, with numpy.savez where it shrinks too much")
    }
    guard let bytes else { preconditionFailure("\(name) is in the list of names") }
    return Member(subject: subject, array: try NPYArray(bytes, path: subject))
  }

  // MARK: items

  /// The items of an `x`, and the shape of one as the array has it.
  private func items(_ member: Member) throws(FileError) -> (LabeledItems, axes: [Int]) {
    let array = member.array
    let axes = Array(array.shape.dropFirst())
    guard array.count > 0, !array.shape.isEmpty else {
      throw FileError(
        member.subject, "has the shape \(array.shape), without any item",
        advice: "let the first number count the items, from 1")
    }
    // Axes of one place are left out where there are too many.
    let sides = axes.count > 3 ? axes.filter { $0 > 1 } : axes
    guard sides.count <= 3, let shape = ImageShape(axes: sides) else {
      throw FileError(
        member.subject, "has items of the shape \(axes)",
        advice: "give rows, columns and channels, at most \(ImageShape.largestCount) numbers in all")
    }
    let values: ItemValues
    switch array.element {
    case .uint8: values = .bytes(array.bytes)
    case .int8: values = .integers(array.bytes.map { Int8(bitPattern: $0) }, nil)
    case .float16, .float32, .float64, .int16:
      let floats = array.floats(0..<array.count)
      if let place = floats.firstIndex(where: { !$0.isFinite }) {
        let (item, number) = place.quotientAndRemainder(dividingBy: shape.count)
        throw FileError(
          member.subject, at: .item(item), "number \(number) is \(floats[place]), not a finite 32-bit float",
          advice: "leave the item out, or scale it")
      }
      values = .floats(floats)
    case .int32, .int64, .bool:
      throw FileError(
        member.subject, "has numbers of \(array.element.name), which may be inputs or pixels",
        advice: "save float32 for inputs, uint8 for pixels, int8 for the integers of an int8 model")
    }
    return (LabeledItems(shape: shape, values: values, targets: .none), axes)
  }

  // MARK: targets

  /// The targets of the parts of a set, read by one rule.
  private static func targets(_ members: [Member]) throws(FileError) -> [ItemTargets] {
    let first = members[0]
    let axes = Array(first.array.shape.dropFirst())
    for member in members.dropFirst() {
      guard Array(member.array.shape.dropFirst()) == axes,
        member.array.element.isFloat == first.array.element.isFloat
      else {
        throw FileError(
          member.subject,
          "has the shape \(member.array.shape) and \(member.array.element.name), but \(first.subject) has "
            + "\(first.array.shape) and \(first.array.element.name)", advice: "give both the same form")
      }
    }
    let width = axes.reduce(1, *)
    let isFloat = first.array.element.isFloat
    if axes.isEmpty || axes == [1] {
      return isFloat ? try members.map(numbers) : try classes(members)
    }
    if axes.count == 1, width > 0, members.allSatisfy({ isBinary($0.array) }) {
      let names = (0..<width).map(String.init)
      let oneHot = members.compactMap { ones($0.array, width: width) }
      if oneHot.count == members.count, width <= ItemTargets.largestClassCount {
        return oneHot.map { .classes($0, names: names) }
      }
      return members.map { member in
        .labels((0..<member.array.count).map { UInt8(member.array.integer($0)) }, names: names)
      }
    }
    guard isFloat, width > 0 else {
      throw FileError(
        first.subject, "has the shape \(first.array.shape) and \(first.array.element.name)",
        advice: "give class indices, a matrix of 0 and 1, or floats")
    }
    return try members.map(numbers)
  }

  private static func numbers(_ member: Member) throws(FileError) -> ItemTargets {
    let shape = Array(member.array.shape.dropFirst())
    let width = shape.reduce(1, *)
    let floats = member.array.floats(0..<member.array.count)
    if let place = floats.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        member.subject, at: .item(place / width), "is \(floats[place]), not a finite 32-bit float",
        advice: "leave the item out, or scale it")
    }
    return .numbers(floats, shape: shape == [1] ? [] : shape)
  }

  /// Classes are numbered from 0, so there are as many as the largest index says.
  private static func classes(_ members: [Member]) throws(FileError) -> [ItemTargets] {
    var largest = 0
    let indices = try members.map { member throws(FileError) in
      var indices: [UInt16] = []
      indices.reserveCapacity(member.array.count)
      for item in 0..<member.array.count {
        let index = member.array.integer(item)
        guard (0..<Int64(ItemTargets.largestClassCount)).contains(index) else {
          throw FileError(
            member.subject, at: .item(item), "the class index is \(index)",
            advice: "number the classes from 0 to \(ItemTargets.largestClassCount - 1) at most")
        }
        largest = max(largest, Int(index))
        indices.append(UInt16(index))
      }
      return indices
    }
    let names = (0...largest).map(String.init)
    return indices.map { .classes($0, names: names) }
  }

  private static func isBinary(_ array: NPYArray) -> Bool {
    if array.element.isFloat { return array.floats(0..<array.count).allSatisfy { $0 == 0 || $0 == 1 } }
    return (0..<array.count).allSatisfy { (0...1).contains(array.integer($0)) }
  }

  /// The place of the only 1 in each row; nil where a row has none or several.
  private static func ones(_ array: NPYArray, width: Int) -> [UInt16]? {
    var indices: [UInt16] = []
    for start in stride(from: 0, to: array.count, by: width) {
      let places = (0..<width).filter { array.integer(start + $0) == 1 }
      guard places.count == 1, let place = UInt16(exactly: places[0]) else { return nil }
      indices.append(place)
    }
    return indices
  }
}

extension ImageShape {
  /// Numbers of one item at most, as of a network's values.
  static let largestCount = NetworkDescription.largestValueCount

  /// Of an array's item: one number, a row of numbers, rows and columns, or those with channels.
  ///
  /// - Parameter axes: at most three; nil where they are too large.
  init?(axes: [Int]) {
    var count = 1
    for side in axes {
      let product = count.multipliedReportingOverflow(by: side)
      guard side > 0, !product.overflow, product.partialValue <= Self.largestCount else { return nil }
      count = product.partialValue
    }
    switch axes.count {
    case 0, 1: self.init(flat: count)
    case 2: self.init(height: axes[0], width: axes[1], channels: 1)
    default: self.init(height: axes[0], width: axes[1], channels: axes[2])
    }
  }
}
