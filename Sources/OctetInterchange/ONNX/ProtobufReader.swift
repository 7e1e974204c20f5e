import OctetHost

/// Reads protobuf messages from untrusted bytes: every length is compared with what is left, nothing is copied before
/// that, and a message that does not parse is an error with its offset.
struct ProtobufReader {
  /// One field: its number and what it holds.
  struct Field {
    enum Value {
      /// An integer of any size.
      case number(UInt64)
      case fixed32(UInt32)
      case fixed64(UInt64)
      /// A string, bytes, a message, or packed numbers.
      case bytes(Range<Int>)
    }

    let number: Int
    let offset: Int
    let value: Value
  }

  typealias Failure = OffsetFailure

  let file: [UInt8]
  fileprivate var offset: Int
  fileprivate let end: Int

  init(_ file: [UInt8]) { self.init(file, 0..<file.count) }

  /// A message within the file.
  init(_ file: [UInt8], _ range: Range<Int>) {
    self.file = file
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws(Failure) -> Field? {
    guard offset < end else { return nil }
    let start = offset
    let key = try varint()
    guard key >> 3 >= 1, key >> 3 < 1 << 29 else {
      throw Failure(offset: start, reason: "field number \(key >> 3) does not exist")
    }
    let value: Field.Value
    switch key & 7 {
    case 0: value = .number(try varint())
    case 1: value = .fixed64(try fixed(8))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - offset) else {
        throw Failure(offset: start, reason: "the length is \(length) bytes, but \(end - offset) are left")
      }
      value = .bytes(offset..<offset + Int(length))
      offset += Int(length)
    case 5: value = .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
    default: throw Failure(offset: start, reason: "wire type \(key & 7) is not used by protobuf 3")
    }
    return Field(number: Int(key >> 3), offset: start, value: value)
  }

  fileprivate mutating func varint() throws(Failure) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for place in 0..<10 {
      guard offset < end else { throw Failure(offset: start, reason: "the file ends within a number") }
      let byte = file[offset]
      offset += 1
      if place == 9, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << UInt64(7 * place)
      if byte < 0x80 { return value }
    }
    throw Failure(offset: start, reason: "a number has more than 64 bits")
  }

  fileprivate mutating func fixed(_ count: Int) throws(Failure) -> UInt64 {
    guard count <= end - offset else {
      throw Failure(offset: offset, reason: "the file ends within a number")
    }
    var value: UInt64 = 0
    for place in 0..<count { value |= UInt64(file[offset + place]) << UInt64(8 * place) }
    offset += count
    return value
  }
}

extension ProtobufReader.Field {
  typealias Failure = ProtobufReader.Failure

  func integer() throws(Failure) -> Int64 {
    guard case .number(let value) = value else {
      throw Failure(offset: offset, reason: "field \(number) is not an integer")
    }
    return Int64(bitPattern: value)
  }

  func float() throws(Failure) -> Float {
    guard case .fixed32(let bits) = value else {
      throw Failure(offset: offset, reason: "field \(number) is not a float")
    }
    return Float(bitPattern: bits)
  }

  func range() throws(Failure) -> Range<Int> {
    guard case .bytes(let range) = value else {
      throw Failure(offset: offset, reason: "field \(number) has no length")
    }
    return range
  }

  func text(_ file: [UInt8]) throws(Failure) -> String {
    String(decoding: file[try range()], as: UTF8.self)
  }

  /// A repeated integer, packed or one at a time.
  func append(to list: inout [Int64], _ file: [UInt8]) throws(Failure) {
    guard case .bytes(let range) = value else {
      list.append(try integer())
      return
    }
    var reader = ProtobufReader(file, range)
    while !reader.isAtEnd { list.append(Int64(bitPattern: try reader.varint())) }
  }

  /// A repeated float, packed or one at a time.
  func append(to list: inout [Float], _ file: [UInt8]) throws(Failure) {
    guard case .bytes(let range) = value else {
      list.append(try float())
      return
    }
    var reader = ProtobufReader(file, range)
    while !reader.isAtEnd { list.append(Float(bitPattern: UInt32(truncatingIfNeeded: try reader.fixed(4)))) }
  }

  /// A repeated double, packed or one at a time.
  func append(to list: inout [Double], _ file: [UInt8]) throws(Failure) {
    switch value {
    case .fixed64(let bits): list.append(Double(bitPattern: bits))
    case .bytes(let range):
      var reader = ProtobufReader(file, range)
      while !reader.isAtEnd { list.append(Double(bitPattern: try reader.fixed(8))) }
    case .number, .fixed32: throw Failure(offset: offset, reason: "field \(number) is not a double")
    }
  }
}

extension ProtobufReader {
  fileprivate var isAtEnd: Bool { offset >= end }
}
