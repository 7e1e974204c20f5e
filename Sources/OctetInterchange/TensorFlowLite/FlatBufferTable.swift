import OctetHost

/// A table of an untrusted FlatBuffers file: every offset and length is compared with the file before it is followed,
/// and nothing is copied before that.
///
/// A table begins with the distance back to a list of 16-bit places, one for each field; a place of 0 says that the
/// field is not there. Strings, vectors and other tables are reached by a distance forward from the field.
package struct FlatBufferTable: Sendable {
  package typealias Failure = OffsetFailure

  let file: [UInt8]
  let offset: Int
  /// The list of places, and the bytes of the table itself.
  private let places: Range<Int>
  private let size: Int

  /// The outermost table.
  init(_ file: [UInt8]) throws(Failure) {
    let start = try Self.number(file, 0, bytes: 4)
    try self.init(file, at: Int(start))
  }

  private init(_ file: [UInt8], at offset: Int) throws(Failure) {
    let distance = Int(Int32(truncatingIfNeeded: try Self.number(file, offset, bytes: 4)))
    let list = offset - distance
    let length = Int(try Self.number(file, list, bytes: 2))
    let size = Int(try Self.number(file, list + 2, bytes: 2))
    guard length >= 4, length <= file.count - list, size >= 4, size <= file.count - offset else {
      throw Failure(
        offset: offset, reason: "a table of \(size) bytes with \(length) bytes of places does not fit")
    }
    self.file = file
    self.offset = offset
    places = list + 4..<list + length
    self.size = size
  }

  /// A little-endian number anywhere in the file.
  static func number(_ file: [UInt8], _ offset: Int, bytes: Int) throws(Failure) -> UInt64 {
    try UntrustedBytes(file).number(offset, bytes: bytes)
  }

  /// Where a field of so many bytes lies; nil if it is not there.
  private func place(_ field: Int, bytes: Int) throws(Failure) -> Int? {
    let entry = places.lowerBound + 2 * field
    guard entry + 2 <= places.upperBound else { return nil }
    let place = Int(try Self.number(file, entry, bytes: 2))
    if place == 0 { return nil }
    guard place >= 4, place <= size - bytes else {
      throw Failure(offset: entry, reason: "field \(field) lies outside its table")
    }
    return offset + place
  }

  private func raw(_ field: Int, bytes: Int) throws(Failure) -> UInt64? {
    guard let place = try place(field, bytes: bytes) else { return nil }
    return try Self.number(file, place, bytes: bytes)
  }

  package func byte(_ field: Int) throws(Failure) -> Int { Int(try raw(field, bytes: 1) ?? 0) }

  package func flag(_ field: Int) throws(Failure) -> Bool { try byte(field) != 0 }

  package func integer(_ field: Int, otherwise usual: Int = 0) throws(Failure) -> Int {
    try raw(field, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) } ?? usual
  }

  package func long(_ field: Int) throws(Failure) -> UInt64 { try raw(field, bytes: 8) ?? 0 }

  package func float(_ field: Int) throws(Failure) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: try raw(field, bytes: 4) ?? 0))
  }

  /// Where the field's distance leads; nil if it is not there.
  private func target(_ field: Int) throws(Failure) -> Int? {
    guard let place = try place(field, bytes: 4) else { return nil }
    return place + Int(try Self.number(file, place, bytes: 4))
  }

  package func table(_ field: Int) throws(Failure) -> FlatBufferTable? {
    guard let target = try target(field) else { return nil }
    return try FlatBufferTable(file, at: target)
  }

  /// The bytes of a vector's elements; empty if the field is not there.
  package func vector(_ field: Int, elementBytes: Int) throws(Failure) -> Range<Int> {
    guard let target = try target(field) else { return 0..<0 }
    let count = Int(try Self.number(file, target, bytes: 4))
    guard count <= (file.count - target - 4) / elementBytes else {
      throw Failure(
        offset: target,
        reason: "the count is \(count) elements, but \(file.count - target - 4) bytes are left")
    }
    return target + 4..<target + 4 + count * elementBytes
  }

  /// - Parameter limit: a longer list is an error.
  package func integers(_ field: Int, bytes: Int = 4, atMost limit: Int) throws(Failure) -> [Int] {
    let range = try vector(field, elementBytes: bytes)
    guard range.count / bytes <= limit else {
      throw Failure(
        offset: range.lowerBound,
        reason: "\(range.count / bytes) numbers where at most \(limit) are supported")
    }
    var list: [Int] = []
    for place in stride(from: range.lowerBound, to: range.upperBound, by: bytes) {
      let value = try Self.number(file, place, bytes: bytes)
      list.append(bytes == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value)))
    }
    return list
  }

  package func floats(_ field: Int, atMost limit: Int) throws(Failure) -> [Float] {
    try integers(field, atMost: limit).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
  }

  /// No more than is fit to be shown.
  package func text(_ field: Int) throws(Failure) -> String {
    let range = try vector(field, elementBytes: 1)
    return String(decoding: file[range.prefix(200)], as: UTF8.self)
  }

  package func tables(_ field: Int, atMost limit: Int) throws(Failure) -> [FlatBufferTable] {
    let range = try vector(field, elementBytes: 4)
    guard range.count / 4 <= limit else {
      throw Failure(
        offset: range.lowerBound, reason: "\(range.count / 4) parts where at most \(limit) are supported")
    }
    var tables: [FlatBufferTable] = []
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      tables.append(try FlatBufferTable(file, at: place + Int(try Self.number(file, place, bytes: 4))))
    }
    return tables
  }
}
