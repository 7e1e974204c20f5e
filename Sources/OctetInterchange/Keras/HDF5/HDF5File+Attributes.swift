import OctetHost
import OctetText

/// Texts that are kept as attributes: messages of the object, or in a heap with a tree when they are many or large.
extension HDF5File {
  /// A text that is kept as an attribute of an object; nil if it has none of that name.
  mutating func text(_ wanted: String, of address: Int) throws(OffsetFailure) -> String? {
    for message in try messages(address) {
      switch message.type {
      case Message.attribute:
        guard !message.isShared else {
          throw OffsetFailure(
            offset: message.body.lowerBound,
            reason: "an attribute is shared between objects, which is not supported; store it with each")
        }
        if let text = try text(wanted, in: message.body) { return text }
      case Message.attributeInfo:
        if let text = try denseText(wanted, message.body) { return text }
      default: continue
      }
    }
    return nil
  }

  private mutating func denseText(_ wanted: String, _ body: Range<Int>) throws(OffsetFailure) -> String? {
    guard let (heap, tree) = try index(body, of: "an object's attributes", countBytes: 2) else { return nil }
    // The place in the heap, flags, the order, the sum of the name.
    for record in try records(tree, kind: 8, bytes: heap.idBytes + 9) {
      let id = record.prefix(heap.idBytes)
      guard try file.number(id.upperBound, bytes: 1) & 2 == 0 else {
        throw OffsetFailure(
          offset: id.lowerBound,
          reason: "an attribute is shared between objects, which is not supported; store it with each")
      }
      if let text = try text(wanted, in: object(id, in: heap)) { return text }
    }
    return nil
  }

  /// The text of an attribute if it has that name.
  private func text(_ wanted: String, in body: Range<Int>) throws(OffsetFailure) -> String? {
    var fields = HDF5Fields(file, body)
    let version = try fields.number(1)
    guard (1...3).contains(version) else {
      throw OffsetFailure(
        offset: body.lowerBound, reason: "an attribute is of version \(version); 1 to 3 are supported")
    }
    let flags = try fields.number(1)
    let nameSize = try fields.count(2)
    let typeSize = try fields.count(2)
    let spaceSize = try fields.count(2)
    // The third version has a byte more for the alphabet; in the first, each part takes a multiple of 8 bytes.
    if version == 3 { try fields.skip(1) }
    func padding(_ size: Int) -> Int { version == 1 ? (8 - size % 8) % 8 : 0 }
    let name = try fields.range(nameSize)
    guard file.bytes[name].prefix(while: { $0 != 0 }).elementsEqual(Array(wanted.utf8)) else { return nil }
    guard version == 1 || flags & 3 == 0 else {
      throw OffsetFailure(
        offset: body.lowerBound,
        reason: "attribute \(wanted.quoted) shares its datatype with others; store it with its own")
    }
    try fields.skip(padding(nameSize))
    let type = try fields.range(typeSize)
    try fields.skip(padding(typeSize))
    let space = try fields.range(spaceSize)
    try fields.skip(padding(spaceSize))
    let extent = try extent(space)
    guard extent.isWhole, extent.shape.allSatisfy({ $0 == 1 }) else {
      throw OffsetFailure(
        offset: space.lowerBound,
        reason: "attribute \(wanted.quoted) has shape \(extent.shape); one text is needed")
    }
    switch try element(type) {
    case .text(let bytes):
      return String(decoding: file.bytes[try fields.range(bytes)].prefix { $0 != 0 }, as: UTF8.self)
    case .distantText: return try distantText(fields.range(16))
    case .number:
      throw OffsetFailure(offset: type.lowerBound, reason: "attribute \(wanted.quoted) is not a text")
    }
  }

  /// A text in one of the heaps that objects share.
  private func distantText(_ place: Range<Int>) throws(OffsetFailure) -> String {
    var fields = HDF5Fields(file, place)
    let length = try fields.size(4)
    if length == 0 { return "" }
    let heap = try fields.size(8)
    let wanted = try fields.number(4)
    guard file.holds("GCOL", at: heap) else {
      throw OffsetFailure(offset: heap, reason: "the text of an attribute is not here")
    }
    let part = try file.range(heap, count: file.size(heap + 8, bytes: 8))
    var entry = heap + 16
    while entry + 16 <= part.upperBound {
      let index = try file.number(entry, bytes: 2)
      let size = try file.size(entry + 8, bytes: 8)
      // Number 0 is what is left free at the end.
      if index == 0 { break }
      if index == wanted {
        guard length <= size else {
          throw OffsetFailure(
            offset: entry, reason: "the text of an attribute has \(size) bytes where \(length) are needed")
        }
        return String(decoding: file.bytes[try file.range(entry + 16, count: length)], as: UTF8.self)
      }
      entry += 16 + (size + 7) / 8 * 8
    }
    throw OffsetFailure(offset: heap, reason: "the text of an attribute is not in its heap")
  }
}
