import Octet
import OctetHost
import OctetNetwork

/// Items of one shape, each with what a network should make of it where that is known: images with their classes,
/// features with numbers, or anything in between.
package struct LabeledItems: Sendable {
  package let shape: ImageShape

  /// `count x shape.count` numbers, item after item: rows from the top, the channels of a place together.
  package let values: ItemValues

  package let targets: ItemTargets

  package let count: Int

  package init(shape: ImageShape, values: ItemValues, targets: ItemTargets) {
    let count = values.count / shape.count
    precondition(values.count == count * shape.count, "whole items")
    precondition(targets.count.map { $0 == count } ?? true, "targets for each item")
    self.shape = shape
    self.values = values
    self.targets = targets
    self.count = count
  }

  package var isEmpty: Bool { count == 0 }

  /// The items at `indices`, in that order.
  package func selecting(_ indices: some Sequence<Int>) -> LabeledItems {
    let indices = Array(indices)
    return LabeledItems(
      shape: shape, values: values.selecting(indices, size: shape.count),
      targets: targets.selecting(indices))
  }

  /// The first `count` items, or all of them if there are fewer.
  package func prefix(_ count: Int) -> LabeledItems {
    part(0..<min(max(count, 0), self.count))
  }

  /// Everything but the last fraction, and the last fraction.
  ///
  /// This is Keras' `validation_split`: the items are cut before any shuffling, at `floor(count x (1 - fraction))`,
  /// worked out in double precision. Both parts have at least one item.
  package func splitLast(
    fraction: Double
  ) throws(FileError) -> (rest: LabeledItems, last: LabeledItems) {
    guard fraction > 0, fraction < 1 else {
      throw FileError(
        "validation split", "\(fraction) is not between 0 and 1", advice: "give a fraction such as 0.1")
    }
    // Between 0 and count, because 1 - fraction is between 0 and 1.
    let cut = Int((Double(count) * (1 - fraction)).rounded(.down))
    guard cut > 0, cut < count else {
      throw FileError(
        "validation split", "\(fraction) of \(counted) leaves a part empty",
        advice: "give another fraction, or more items")
    }
    return (part(0..<cut), part(cut..<count))
  }

  private func part(_ range: Range<Int>) -> LabeledItems {
    let numbers = range.lowerBound * shape.count..<range.upperBound * shape.count
    return LabeledItems(shape: shape, values: values[numbers], targets: targets[range])
  }

  /// What a float network sees of some items.
  package func units(_ items: Range<Int>) -> [Float] {
    values.units(items.lowerBound * shape.count..<items.upperBound * shape.count)
  }

  /// The same items where integers stand for something.
  package func with(_ scale: InputScale) -> LabeledItems {
    guard case .integers(let integers, _) = values else { return self }
    return LabeledItems(shape: shape, values: .integers(integers, scale), targets: targets)
  }

  /// The same items with other targets.
  package func with(_ targets: ItemTargets) -> LabeledItems {
    LabeledItems(shape: shape, values: values, targets: targets)
  }
}

// Images with classes, which most data sets are.
extension LabeledItems {
  /// - Parameters:
  ///   - pixels: bytes; in images of digits 0 is paper and 255 is full ink, as in MNIST.
  ///   - labels: one class index per image, each below `classNames.count`.
  ///   - classNames: the name of each class, in the order of its index. For MNIST these are "0" to "9".
  package init(
    shape: ImageShape, pixels: [UInt8], labels: some Sequence<some BinaryInteger>, classNames: [String]
  ) {
    self.init(
      shape: shape, values: .bytes(pixels),
      targets: .classes(labels.map { UInt16($0) }, names: classNames))
  }

  /// The bytes of images; none where the values are something else.
  package var pixels: [UInt8] { if case .bytes(let bytes) = values { bytes } else { [] } }

  /// The class of each item; none where the targets are something else.
  package var labels: [UInt16] { if case .classes(let indices, _) = targets { indices } else { [] } }

  /// The numbers that belong to the items, one item's after the other; none where the targets are something else.
  package var numbers: [Float] { if case .numbers(let numbers, _) = targets { numbers } else { [] } }

  /// Of the classes or of the labels that can hold together; none where the targets are something else.
  package var classNames: [String] { targets.names }

  package var hasClasses: Bool { if case .classes = targets { true } else { false } }

  /// "60,000 images", "1 item".
  package var counted: String { "\(DataSet.grouped(count)) \(count == 1 ? values.noun : values.noun + "s")" }

  /// How many items each class has, or each of the labels that can hold together.
  package var frequencies: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    switch targets {
    case .classes(let indices, _): for index in indices { counts[Int(index)] += 1 }
    case .labels(let flags, _):
      for (place, flag) in flags.enumerated() { counts[place % counts.count] += Int(flag) }
    case .none, .numbers, .several: break
    }
    return counts
  }

  /// Throws unless each item has a class; `origin` names the data in the error.
  ///
  /// - Parameter purpose: what needs classes, as in "octet train needs".
  package func requireClasses(_ origin: String, _ purpose: String) throws(FileError) {
    if hasClasses { return }
    throw FileError(
      "the data", "has \(targets.description) (\(origin)), and \(purpose) a class for each item",
      advice: "give data with classes")
  }
}
