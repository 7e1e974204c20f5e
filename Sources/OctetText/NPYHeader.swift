/// The header of a NumPy array file (.npy): a Python dictionary of three members, as `numpy.save` writes it, behind a
/// few bytes that say what follows.
///
/// Compares bytes and no strings, so that it serves small devices too.
package struct NPYHeader: Sendable {
  /// Such as "<f4": the order of the bytes, the kind of number, and its bytes.
  package let description: String
  /// Whether the first index changes fastest.
  package let isFortranOrder: Bool
  package let shape: [Int]
  /// Where the numbers start in the file.
  package let dataOffset: Int
  /// Where the header says what its numbers are, for messages.
  package let descriptionOffset: Int

  /// What is wrong with a file, and at which of its bytes.
  package struct Failure: Error {
    package let offset: Int
    package let reason: String
  }

  /// More than numpy itself allows.
  private static let largestDimensionCount = 64
  /// A dictionary of three short members is never longer.
  private static let largestHeader = 1 << 16

  /// Reads the start of a whole file of version 1, 2 or 3.
  package init(_ file: Span<UInt8>) throws(Failure) {
    guard file.count >= 6, file[0] == 0x93, Self.holds(file, "NUMPY", at: 1) else {
      throw Failure(offset: 0, reason: "it does not begin as a .npy file does")
    }
    let version = file.count > 6 ? file[6] : 0
    guard (1...3).contains(version) else {
      throw Failure(offset: 6, reason: "version \(version) is not supported; 1 to 3 are")
    }
    let lengthBytes = version == 1 ? 2 : 4
    guard file.count >= 8 + lengthBytes else {
      throw Failure(offset: 8, reason: "unexpected end of file, \(lengthBytes) bytes are needed")
    }
    var length = 0
    for place in (8..<8 + lengthBytes).reversed() { length = min(length << 8 | Int(file[place]), 1 << 20) }
    guard length <= Self.largestHeader else {
      throw Failure(offset: 8, reason: "its header is too long; the limit is \(Self.largestHeader) bytes")
    }
    let start = 8 + lengthBytes
    guard length <= file.count - start else {
      throw Failure(offset: start, reason: "unexpected end of file, \(length) bytes are needed")
    }
    var parser = Parser(start: start, end: start + length)
    var members = Members()
    try members.read(file, &parser)
    guard let description = members.description, let order = members.order, let sizes = members.sizes else {
      let missing: StaticString =
        members.description == nil ? "descr" : members.order == nil ? "fortran_order" : "shape"
      throw Failure(offset: start, reason: "the header lacks '\(Self.text(missing))'")
    }
    guard sizes.count <= Self.largestDimensionCount else {
      throw Failure(
        offset: members.sizesOffset,
        reason: "\(sizes.count) dimensions are more than \(Self.largestDimensionCount)")
    }
    self.description = description
    isFortranOrder = order
    shape = sizes
    dataOffset = start + length
    descriptionOffset = members.descriptionOffset
  }

  private static func holds(_ file: Span<UInt8>, _ word: StaticString, at place: Int) -> Bool {
    word.withUTF8Buffer { bytes in
      guard bytes.count <= file.count - place else { return false }
      for index in bytes.indices where file[place + index] != bytes[index] { return false }
      return true
    }
  }

  private static func text(_ word: StaticString) -> String {
    word.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
  }
}

extension NPYHeader {
  /// The members of the dictionary.
  private struct Members {
    var description: String?
    var descriptionOffset = 0
    var order: Bool?
    var sizes: [Int]?
    var sizesOffset = 0

    mutating func read(_ file: Span<UInt8>, _ parser: inout Parser) throws(Failure) {
      try parser.take("{", file)
      while !parser.takes("}", file) {
        let place = parser.placeOfNext(file)
        let key = try parser.text(file)
        try parser.take(":", file)
        if key.count == 5, NPYHeader.holds(file, "descr", at: key.lowerBound) {
          guard description == nil else { throw Self.repeated(key, file, place) }
          let value = try parser.text(file)
          descriptionOffset = place
          description = NPYHeader.string(file, value)
        } else if key.count == 13, NPYHeader.holds(file, "fortran_order", at: key.lowerBound) {
          guard order == nil else { throw Self.repeated(key, file, place) }
          order = try parser.truth(file)
        } else if key.count == 5, NPYHeader.holds(file, "shape", at: key.lowerBound) {
          guard sizes == nil else { throw Self.repeated(key, file, place) }
          sizesOffset = place
          sizes = try parser.sizes(file)
        } else {
          throw Failure(
            offset: place,
            reason: "the header has \"\(NPYHeader.string(file, key))\", which no .npy file has")
        }
        if parser.takes("}", file) { break }
        try parser.take(",", file)
      }
      guard parser.placeOfNext(file) == parser.end else { throw parser.failure("nothing but spaces") }
    }

    private static func repeated(_ key: Range<Int>, _ file: Span<UInt8>, _ place: Int) -> Failure {
      Failure(offset: place, reason: "the header has \"\(NPYHeader.string(file, key))\" twice")
    }
  }

  private static func string(_ file: Span<UInt8>, _ range: Range<Int>) -> String {
    file.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads the few forms of Python's literals that a header is made of.
  private struct Parser {
    var place: Int
    let end: Int

    init(start: Int, end: Int) { (place, self.end) = (start, end) }

    func failure(_ wanted: String) -> Failure {
      Failure(offset: place, reason: "the header should have \(wanted) here")
    }

    /// Past spaces and line breaks.
    mutating func placeOfNext(_ file: Span<UInt8>) -> Int {
      while place < end, file[place] == 0x20 || (0x09...0x0D).contains(file[place]) { place += 1 }
      return place
    }

    mutating func takes(_ word: StaticString, _ file: Span<UInt8>) -> Bool {
      let start = placeOfNext(file)
      let length = word.utf8CodeUnitCount
      guard length <= end - start, NPYHeader.holds(file, word, at: start) else { return false }
      place = start + length
      return true
    }

    mutating func take(_ word: StaticString, _ file: Span<UInt8>) throws(Failure) {
      guard takes(word, file) else { throw failure("'\(NPYHeader.text(word))'") }
    }

    /// A text in single or double quotes. No text of a header has an escape in it.
    mutating func text(_ file: Span<UInt8>) throws(Failure) -> Range<Int> {
      let quote = placeOfNext(file) < end ? file[place] : 0
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw failure("a text in quotes")
      }
      let start = place + 1
      var next = start
      while next < end, file[next] != quote {
        guard (32...126).contains(file[next]), file[next] != UInt8(ascii: "\\") else {
          throw failure("a text of plain characters")
        }
        next += 1
      }
      guard next < end else { throw failure("a text that ends") }
      place = next + 1
      return start..<next
    }

    mutating func truth(_ file: Span<UInt8>) throws(Failure) -> Bool {
      if takes("True", file) { return true }
      guard takes("False", file) else { throw failure("True or False") }
      return false
    }

    /// `()`, `(3,)`, `(3, 4)`. Python 2 wrote an L behind some numbers.
    mutating func sizes(_ file: Span<UInt8>) throws(Failure) -> [Int] {
      try take("(", file)
      var sizes: [Int] = []
      while !takes(")", file) {
        sizes.append(try size(file))
        _ = takes("L", file)
        if takes(",", file) { continue }
        // Without a comma one number in brackets is a number, not a tuple.
        guard sizes.count > 1 else { throw failure("','") }
        try take(")", file)
        break
      }
      return sizes
    }

    private mutating func size(_ file: Span<UInt8>) throws(Failure) -> Int {
      let start = placeOfNext(file)
      var value = 0
      while place < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(file[place]) {
        // The same on every machine: below 2^31. Files that are read end below that.
        guard value < 214_748_364 else { throw failure("a smaller size") }
        value = value * 10 + Int(file[place] - UInt8(ascii: "0"))
        place += 1
      }
      guard place > start else { throw failure("a size") }
      return value
    }
  }
}
