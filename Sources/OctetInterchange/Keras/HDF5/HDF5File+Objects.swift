import OctetHost

/// The headers of objects: lists of messages, in blocks that follow from each other.
extension HDF5File {
  /// A part of an object's description.
  struct Message {
    let type: Int
    /// What the message says, or where that is if it is shared with other objects.
    let body: Range<Int>
    let isShared: Bool

    static let dataspace = 0x01
    static let linkInfo = 0x02
    static let datatype = 0x03
    static let oldFillValue = 0x04
    static let fillValue = 0x05
    static let link = 0x06
    static let externalFiles = 0x07
    static let layout = 0x08
    static let filters = 0x0B
    static let attribute = 0x0C
    static let continuation = 0x10
    static let symbolTable = 0x11
    static let attributeInfo = 0x15
  }

  /// The messages of the object whose header stands at `address`.
  mutating func messages(_ address: Int) throws(OffsetFailure) -> [Message] {
    if file.holds("OHDR", at: address) { return try newMessages(address) }
    let version = try file.number(address, bytes: 1)
    guard version == 1 else {
      throw OffsetFailure(offset: address, reason: "no object's description begins here")
    }
    let block = try file.range(address + 16, count: file.size(address + 8, bytes: 4))
    return try messages(from: block, headBytes: 8, isNew: false)
  }

  private mutating func newMessages(_ address: Int) throws(OffsetFailure) -> [Message] {
    let version = try file.number(address + 4, bytes: 1)
    let flags = try file.number(address + 5, bytes: 1)
    guard version == 2, flags & 0xC0 == 0 else {
      throw OffsetFailure(
        offset: address,
        reason: "an object's description is of version \(version), flags \(flags); 2 is supported")
    }
    // Four times of change, then the numbers of attributes from which on they are kept elsewhere.
    let place = address + 6 + (flags & 0x20 == 0 ? 0 : 16) + (flags & 0x10 == 0 ? 0 : 4)
    let sizeBytes = 1 << Int(flags & 3)
    let block = try file.range(place + sizeBytes, count: file.size(place, bytes: sizeBytes))
    try verify(address..<block.upperBound, "an object's description")
    // Messages have numbers in the order in which they were made if the third bit says so.
    return try messages(from: block, headBytes: flags & 4 == 0 ? 4 : 6, isNew: true)
  }

  private mutating func messages(
    from first: Range<Int>, headBytes: Int, isNew: Bool
  ) throws(OffsetFailure) -> [Message] {
    var blocks = [first]
    var messages: [Message] = []
    while let block = blocks.popLast() {
      var place = block.lowerBound
      // What is shorter than the head of a message is a gap.
      while place + headBytes <= block.upperBound {
        try spend()
        let type = Int(try file.number(place, bytes: isNew ? 1 : 2))
        let size = Int(try file.number(place + (isNew ? 1 : 2), bytes: 2))
        let isShared = try file.number(place + (isNew ? 3 : 4), bytes: 1) & 2 != 0
        let body = try file.range(place + headBytes, count: size)
        guard body.upperBound <= block.upperBound else {
          throw OffsetFailure(offset: place, reason: "a message is longer than its block")
        }
        if type == Message.continuation {
          blocks.append(try continuation(body, isNew: isNew))
        } else {
          messages.append(Message(type: type, body: body, isShared: isShared))
        }
        place = body.upperBound
      }
    }
    return messages
  }

  private mutating func continuation(_ body: Range<Int>, isNew: Bool) throws(OffsetFailure) -> Range<Int> {
    var fields = HDF5Fields(file, body)
    let range = try file.range(fields.size(8), count: fields.size(8))
    guard isNew else { return range }
    guard file.holds("OCHK", at: range.lowerBound), range.count >= 8 else {
      throw OffsetFailure(
        offset: range.lowerBound, reason: "the rest of an object's description does not begin with OCHK")
    }
    try verify(range.lowerBound..<range.upperBound - 4, "the rest of an object's description")
    return range.lowerBound + 4..<range.upperBound - 4
  }

  /// The first message of a type, which must be the object's own.
  func body(_ type: Int, of messages: [Message]) throws(OffsetFailure) -> Range<Int>? {
    guard let message = messages.first(where: { $0.type == type }) else { return nil }
    guard !message.isShared else {
      throw OffsetFailure(
        offset: message.body.lowerBound,
        reason: type == Message.datatype
          ? "an array has a committed datatype, or shares it with others; store it with its own"
          : "an object shares its description with others; store it with one of its own")
    }
    return message.body
  }
}
