import OctetHost
import OctetText

/// An array of numbers as NumPy's .npy files hold it.
package struct NPYArray: Equatable, Sendable {
  /// The types of numbers that are read, by their names in the file.
  package enum Element: String, CaseIterable, Sendable {
    case float16 = "f2"
    case float32 = "f4"
    case float64 = "f8"
    case int8 = "i1"
    case uint8 = "u1"
    case int16 = "i2"
    case int32 = "i4"
    case int64 = "i8"
    case bool = "b1"

    package var byteCount: Int {
      switch self {
      case .int8, .uint8, .bool: 1
      case .float16, .int16: 2
      case .float32, .int32: 4
      case .float64, .int64: 8
      }
    }

    package var isFloat: Bool {
      switch self {
      case .float16, .float32, .float64: true
      case .int8, .uint8, .int16, .int32, .int64, .bool: false
      }
    }

    /// As NumPy calls it.
    package var name: String { "\(self)" }

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
  }

  package let shape: [Int]
  package let element: Element
  /// The numbers, the last index changing fastest, each with its low byte first.
  package let bytes: [UInt8]

  package init(shape: [Int], element: Element, bytes: [UInt8]) {
    precondition(bytes.count == shape.reduce(element.byteCount, *), "as many bytes as the shape says")
    self.shape = shape
    self.element = element
    self.bytes = bytes
  }

  package init(shape: [Int], _ values: [Float]) {
    self.init(shape: shape, element: .float32, bytes: Self.littleEndian(values.map(\.bitPattern)))
  }

  package init(shape: [Int], _ values: [Int8]) {
    self.init(shape: shape, element: .int8, bytes: values.map { UInt8(bitPattern: $0) })
  }

  package init(shape: [Int], _ values: [Int16]) {
    self.init(shape: shape, element: .int16, bytes: Self.littleEndian(values))
  }

  package init(shape: [Int], _ values: [Int32]) {
    self.init(shape: shape, element: .int32, bytes: Self.littleEndian(values))
  }

  private static func littleEndian(_ values: [some FixedWidthInteger]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 8)
    for value in values { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// Numbers in all.
  package var count: Int { bytes.count / element.byteCount }

  /// The numbers of a range as 32-bit floats; those of 64 bits are rounded, and larger ones become infinite.
  package func floats(_ range: Range<Int>) -> [Float] {
    switch element {
    case .float16:
      return range.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: number($0)))) }
    case .float32:
      return bytes.withUnsafeBytes { memory in
        range.map {
          Float(
            bitPattern: UInt32(littleEndian: memory.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
      }
    case .float64: return range.map { Float(Double(bitPattern: number($0))) }
    case .uint8, .bool: return range.map { Float(bytes[$0]) }
    case .int8: return range.map { Float(Int8(bitPattern: bytes[$0])) }
    case .int16: return range.map { Float(Int16(truncatingIfNeeded: number($0))) }
    case .int32: return range.map { Float(Int32(truncatingIfNeeded: number($0))) }
    case .int64: return range.map { Float(Int64(bitPattern: number($0))) }
    }
  }

  /// An integer in full; of an array of floats its whole part, and 0 for what is no number.
  package func integer(_ index: Int) -> Int64 {
    switch element {
    case .uint8, .bool: Int64(bytes[index])
    case .int8: Int64(Int8(bitPattern: bytes[index]))
    case .int16: Int64(Int16(truncatingIfNeeded: number(index)))
    case .int32: Int64(Int32(truncatingIfNeeded: number(index)))
    case .int64: Int64(bitPattern: number(index))
    case .float16, .float32, .float64: Int64(exactly: floats(index..<index + 1)[0].rounded(.towardZero)) ?? 0
    }
  }

  /// The bits of one number.
  private func number(_ index: Int) -> UInt64 {
    let size = element.byteCount
    var bits: UInt64 = 0
    for place in (index * size..<(index + 1) * size).reversed() { bits = bits << 8 | UInt64(bytes[place]) }
    return bits
  }
}

extension NPYArray {
  private static let magic = [0x93] + Array("NUMPY".utf8)

  /// Reads a whole file of version 1, 2 or 3.
  package init(_ file: [UInt8], path: String) throws(FileError) {
    do throws(OffsetFailure) {
      try self.init(reading: file)
    } catch {
      throw FileError(path, at: .byte(error.offset), error.reason, advice: "write it with numpy.save")
    }
  }

  /// Reads the file at `path`.
  package static func read(path: String, limit: Int = 1 << 30) throws -> NPYArray {
    try NPYArray(ByteFile.stored(at: path, limit: limit), path: path)
  }

  private init(reading file: [UInt8]) throws(OffsetFailure) {
    let header: NPYHeader
    do throws(NPYHeader.Failure) {
      header = try NPYHeader(file.span)
    } catch {
      throw OffsetFailure(offset: error.offset, reason: error.reason)
    }
    let mark = header.description.utf8.first ?? 0
    guard let element = Element(rawValue: String(header.description.dropFirst())), "<>|=".utf8.contains(mark),
      mark != UInt8(ascii: "|") || element.byteCount == 1
    else {
      throw OffsetFailure(
        offset: header.descriptionOffset,
        reason: "the element type \(header.description.quoted) is none of \(Element.list)")
    }
    // The file bounds the sizes of everything that is made here.
    let room = file.count - header.dataOffset
    var wanted = element.byteCount
    for size in header.shape {
      let product = wanted.multipliedReportingOverflow(by: size)
      guard !product.overflow else {
        throw OffsetFailure(
          offset: header.descriptionOffset, reason: "its shape \(header.shape) is too large")
      }
      wanted = product.partialValue
    }
    guard wanted == room else {
      throw OffsetFailure(
        offset: header.dataOffset,
        reason: "its shape \(header.shape) takes \(wanted) bytes, and \(room) follow the header")
    }
    var bytes = Array(file[header.dataOffset...])
    if mark == UInt8(ascii: ">"), element.byteCount > 1 {
      let size = element.byteCount
      for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<start + size].reverse() }
    }
    if header.isFortranOrder { bytes = Self.rowMajor(bytes, header.shape, element.byteCount) }
    self.init(shape: header.shape, element: element, bytes: bytes)
  }

  /// The same numbers with the last index changing fastest.
  private static func rowMajor(_ bytes: [UInt8], _ shape: [Int], _ size: Int) -> [UInt8] {
    guard shape.count > 1, !bytes.isEmpty else { return bytes }
    // What a step along each dimension is in the file, in numbers.
    var steps = [1]
    for extent in shape.dropLast() { steps.append(steps[steps.count - 1] * extent) }
    var index = [Int](repeating: 0, count: shape.count)
    var place = 0
    var made: [UInt8] = []
    made.reserveCapacity(bytes.count)
    for _ in 0..<bytes.count / size {
      made.append(contentsOf: bytes[place * size..<(place + 1) * size])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        place += steps[axis]
        if index[axis] < shape[axis] { break }
        place -= index[axis] * steps[axis]
        index[axis] = 0
      }
    }
    return made
  }

  /// The bytes of a file of version 1, as `numpy.save` writes them.
  package var file: [UInt8] {
    let mark = element.byteCount == 1 ? "|" : "<"
    let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    let dictionary =
      "{'descr': '\(mark)\(element.rawValue)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // The numbers start at a multiple of 64, behind spaces and a line break.
    let length = (10 + dictionary.utf8.count + 1 + 63) / 64 * 64 - 10
    let spaces = String(repeating: " ", count: length - dictionary.utf8.count - 1)
    let head = Self.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    return head + Array((dictionary + spaces + "\n").utf8) + bytes
  }
}
