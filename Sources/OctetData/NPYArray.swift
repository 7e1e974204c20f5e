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

  /// A dictionary of three short members is never longer.
  private static let largestHeader = 1 << 16

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
    let source = UntrustedBytes(file)
    guard file.starts(with: Self.magic) else {
      throw OffsetFailure(offset: 0, reason: "it does not begin as a .npy file does")
    }
    let version = try source.number(6, bytes: 1)
    guard (1...3).contains(version) else {
      throw OffsetFailure(offset: 6, reason: "version \(version) is not supported; 1 to 3 are")
    }
    let lengthBytes = version == 1 ? 2 : 4
    let length = try source.size(8, bytes: lengthBytes)
    guard length <= Self.largestHeader else {
      throw OffsetFailure(
        offset: 8, reason: "its header has \(length) bytes; the limit is \(Self.largestHeader)")
    }
    let text = try source.range(8 + lengthBytes, count: length)
    let header = try NPYHeader(file[text])
    // The file bounds the sizes of everything that is made here.
    let room = file.count - text.upperBound
    var wanted = header.element.byteCount
    for size in header.shape {
      let product = wanted.multipliedReportingOverflow(by: size)
      guard !product.overflow else {
        throw OffsetFailure(offset: text.lowerBound, reason: "its shape \(header.shape) is too large")
      }
      wanted = product.partialValue
    }
    guard wanted == room else {
      throw OffsetFailure(
        offset: text.upperBound,
        reason: "its shape \(header.shape) takes \(wanted) bytes, and \(room) follow the header")
    }
    var bytes = Array(file[text.upperBound...])
    if header.isBigEndian {
      let size = header.element.byteCount
      for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<start + size].reverse() }
    }
    if header.isFortranOrder { bytes = Self.rowMajor(bytes, header) }
    self.init(shape: header.shape, element: header.element, bytes: bytes)
  }

  /// The same numbers with the last index changing fastest.
  private static func rowMajor(_ bytes: [UInt8], _ header: NPYHeader) -> [UInt8] {
    let size = header.element.byteCount
    let shape = header.shape
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

/// What the header of a .npy file says: a Python dictionary of three members, as `numpy.save` writes it.
struct NPYHeader {
  var element: NPYArray.Element
  var isBigEndian: Bool
  /// Whether the first index changes fastest.
  var isFortranOrder: Bool
  var shape: [Int]

  /// More than numpy itself allows.
  static let largestDimensionCount = 64

  /// - Parameter text: the dictionary and the spaces behind it.
  init(_ text: ArraySlice<UInt8>) throws(OffsetFailure) {
    var parser = Parser(bytes: text, place: text.startIndex)
    var description: String?
    var order: Bool?
    var sizes: [Int]?
    var places: [String: Int] = [:]
    try parser.take("{")
    while !parser.takes("}") {
      let place = parser.placeOfNext()
      let key = try parser.text()
      guard places.updateValue(place, forKey: key) == nil else {
        throw OffsetFailure(offset: place, reason: "the header has \(key.quoted) twice")
      }
      try parser.take(":")
      switch key {
      case "descr": description = try parser.text()
      case "fortran_order": order = try parser.truth()
      case "shape": sizes = try parser.sizes()
      default:
        throw OffsetFailure(offset: place, reason: "the header has \(key.quoted), which no .npy file has")
      }
      if parser.takes("}") { break }
      try parser.take(",")
    }
    try parser.requireEnd()
    guard let description, let order, let sizes else {
      let missing = ["descr", "fortran_order", "shape"].first { places[$0] == nil } ?? ""
      throw OffsetFailure(offset: text.startIndex, reason: "the header lacks '\(missing)'")
    }
    guard sizes.count <= Self.largestDimensionCount else {
      throw OffsetFailure(
        offset: places["shape"] ?? 0,
        reason: "\(sizes.count) dimensions are more than \(Self.largestDimensionCount)")
    }
    guard let element = NPYArray.Element(rawValue: String(description.dropFirst())),
      let mark = description.utf8.first, "<>|=".utf8.contains(mark),
      mark != UInt8(ascii: "|") || element.byteCount == 1
    else {
      throw OffsetFailure(
        offset: places["descr"] ?? 0,
        reason: "the element type \(description.quoted) is none of \(NPYArray.Element.list)")
    }
    self.element = element
    isBigEndian = mark == UInt8(ascii: ">") && element.byteCount > 1
    isFortranOrder = order
    shape = sizes
  }

  /// Reads the few forms of Python's literals that a header is made of.
  private struct Parser {
    let bytes: ArraySlice<UInt8>
    var place: Int

    private func failure(_ wanted: String) -> OffsetFailure {
      OffsetFailure(offset: place, reason: "the header should have \(wanted) here")
    }

    /// Past spaces and line breaks.
    mutating func placeOfNext() -> Int {
      while place < bytes.endIndex, " \n\r\t".utf8.contains(bytes[place]) { place += 1 }
      return place
    }

    mutating func takes(_ word: StaticString) -> Bool {
      let start = placeOfNext()
      let length = word.utf8CodeUnitCount
      guard length <= bytes.endIndex - start,
        word.withUTF8Buffer({ bytes[start..<start + length].elementsEqual($0) })
      else { return false }
      place = start + length
      return true
    }

    mutating func take(_ word: StaticString) throws(OffsetFailure) {
      guard takes(word) else { throw failure("'\(word)'") }
    }

    /// A text in single or double quotes. No text of a header has an escape in it.
    mutating func text() throws(OffsetFailure) -> String {
      let quote = placeOfNext() < bytes.endIndex ? bytes[place] : 0
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw failure("a text in quotes")
      }
      guard let end = bytes[(place + 1)...].firstIndex(of: quote) else { throw failure("a text that ends") }
      let content = bytes[place + 1..<end]
      guard content.allSatisfy({ (32...126).contains($0) && $0 != UInt8(ascii: "\\") }) else {
        throw failure("a text of plain characters")
      }
      place = end + 1
      return String(decoding: content, as: UTF8.self)
    }

    mutating func truth() throws(OffsetFailure) -> Bool {
      if takes("True") { return true }
      guard takes("False") else { throw failure("True or False") }
      return false
    }

    /// `()`, `(3,)`, `(3, 4)`. Python 2 wrote an L behind some numbers.
    mutating func sizes() throws(OffsetFailure) -> [Int] {
      try take("(")
      var sizes: [Int] = []
      while !takes(")") {
        sizes.append(try size())
        _ = takes("L")
        if takes(",") { continue }
        // Without a comma one number in brackets is a number, not a tuple.
        guard sizes.count > 1 else { throw failure("','") }
        try take(")")
        break
      }
      return sizes
    }

    private mutating func size() throws(OffsetFailure) -> Int {
      let start = placeOfNext()
      var value = 0
      while place < bytes.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
        // Sizes of files end far below.
        guard value < 1 << 48 else { throw failure("a smaller size") }
        value = value * 10 + Int(bytes[place] - UInt8(ascii: "0"))
        place += 1
      }
      guard place > start else { throw failure("a size") }
      return value
    }

    mutating func requireEnd() throws(OffsetFailure) {
      guard placeOfNext() == bytes.endIndex else { throw failure("nothing but spaces") }
    }
  }
}
