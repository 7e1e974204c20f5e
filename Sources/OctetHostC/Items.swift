import COctetHost
import OctetData
import OctetNetwork

extension LabeledItems {
  /// The items that C hands in, checked, as a copy.
  ///
  /// - Parameter what: what they are called in errors.
  init(_ items: octet_items, _ what: String) throws(Failure) {
    func failure(_ text: String) -> Failure { Failure(Int(OCTET_BAD_ITEMS), "\(what): \(text)") }
    let sides = [items.height, items.width, items.channels]
    guard sides.allSatisfy({ (1...NetworkDescription.largestValueCount).contains($0) }),
      sides.reduce(1.0, { $0 * Double($1) }) <= Double(NetworkDescription.largestValueCount)
    else {
      throw failure(
        "items of \(sides[0]) x \(sides[1]) x \(sides[2]) values: give at least 1 of each, and at most "
          + "\(NetworkDescription.largestValueCount) in all")
    }
    guard (1...(1 << 40) / sides.reduce(1, *)).contains(items.count) else {
      throw failure("\(items.count) items: give at least one")
    }
    let count = items.count * sides.reduce(1, *)
    let values: ItemValues
    switch items.type {
    case Int32(OCTET_UINT8):
      values = .bytes(
        Array(UnsafeBufferPointer(start: items.values.assumingMemoryBound(to: UInt8.self), count: count)))
    case Int32(OCTET_FLOAT32):
      let floats = Array(
        UnsafeBufferPointer(start: items.values.assumingMemoryBound(to: Float.self), count: count))
      if let place = floats.firstIndex(where: { !$0.isFinite }) {
        let size = sides.reduce(1, *)
        throw failure(
          "value \(place % size) of item \(place / size) is \(floats[place]): give finite numbers")
      }
      values = .floats(floats)
    default:
      throw failure("type \(items.type) is none that can be learned from: give OCTET_UINT8 or OCTET_FLOAT32")
    }
    self.init(
      shape: ImageShape(height: sides[0], width: sides[1], channels: sides[2]), values: values,
      targets: try Self.targets(items, failure))
  }

  private static func targets(
    _ items: octet_items, _ failure: (String) -> Failure
  ) throws(Failure) -> ItemTargets {
    if let classes = items.classes {
      guard items.numbers == nil else { throw failure("give classes or numbers, not both") }
      var indices: [UInt16] = []
      indices.reserveCapacity(items.count)
      for place in 0..<items.count {
        guard (0..<Int32(ItemTargets.largestClassCount)).contains(classes[place]) else {
          throw failure(
            "the class of item \(place) is \(classes[place]): give 0 to \(ItemTargets.largestClassCount - 1)")
        }
        indices.append(UInt16(classes[place]))
      }
      let largest = Int(indices.max() ?? 0)
      return .classes(indices, names: (0...max(largest, 1)).map(String.init))
    }
    guard let numbers = items.numbers else { return .none }
    guard (1...(1 << 24)).contains(items.targets) else {
      throw failure("\(items.targets) numbers for an item: give at least 1")
    }
    let floats = Array(UnsafeBufferPointer(start: numbers, count: items.count * items.targets))
    if let place = floats.firstIndex(where: { !$0.isFinite }) {
      throw failure("a target of item \(place / items.targets) is \(floats[place]): give finite numbers")
    }
    return .numbers(floats, shape: items.targets == 1 ? [] : [items.targets])
  }
}
