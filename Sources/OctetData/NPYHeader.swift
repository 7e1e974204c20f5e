import OctetHost
import OctetText

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
