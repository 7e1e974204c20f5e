import OctetHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The numbers of a table but for its labels: bytes as long as all are whole numbers from 0 to 255, then floats.
struct CSVNumbers {
  private(set) var bytes: [UInt8] = []
  private(set) var floats: [Float] = []
  /// The first number that is no pixel, and where it is.
  private(set) var feature: (text: String, line: Int, column: Int)?

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    if feature == nil { bytes.append(byte) } else { floats.append(Float(byte)) }
  }

  mutating func append(_ number: Float, _ text: String, line: Int, column: Int) {
    if feature == nil {
      feature = (text, line, column)
      floats = bytes.map { Float($0) }
      bytes = []
    }
    floats.append(number)
  }
}

/// Walks over the bytes of a table, line by line and field by field. A line is in memory as a whole, and little more.
///
/// Nearly every field of a table of images is one to three plain digits, so those are read in one pass over the raw
/// bytes; anything else goes through `readField`, which is slower and knows every form.
struct CSVReader {
  let file: String

  /// The line that is read next, counted from 1.
  private(set) var line = 1

  private let stream: ByteStream
  /// What has been read of the stream and is still needed.
  private var bytes: [UInt8] = []
  private var position = 0

  /// Where the bytes that may be looked at end. At the end of the stream empty lines are cut off.
  private var end = 0
  private var isAtStreamEnd = false

  /// Columns of every line, label included; known after `readStructure`.
  private var columnCount = 0

  init(_ stream: ByteStream) {
    self.stream = stream
    file = stream.file
  }

  /// Makes sure that the line at `position` is there as a whole; false when there is none.
  private mutating func fillLine() throws(FileError) -> Bool {
    var searched = position
    while !isAtStreamEnd {
      let start = searched
      let found = bytes.withUnsafeBytes { all in
        all.baseAddress.flatMap { memchr($0 + start, Int32(Byte.lineFeed), all.count - start) } != nil
      }
      if found { return true }
      guard bytes.count - position <= CSVTable.longestLine else { throw tooLong() }
      bytes.removeFirst(position)
      position = 0
      searched = bytes.count
      let part = try stream.next()
      isAtStreamEnd = part.isEmpty
      // A table that is in memory anyway comes as one part, which need not be copied.
      if bytes.isEmpty { bytes = part } else { bytes += part }
      end = bytes.count
    }
    while end > position, bytes[end - 1] == Byte.lineFeed || bytes[end - 1] == Byte.carriageReturn {
      end -= 1
    }
    return position < end
  }

  private func tooLong() -> FileError {
    FileError(
      file, at: .line(line), "has more than \(CSVTable.longestLine) bytes, which is the limit",
      advice: "check that this is a table, with an image in each line")
  }

  private enum Byte {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let comma = UInt8(ascii: ",")
    static let quote = UInt8(ascii: "\"")
    static let zero = UInt8(ascii: "0")
    static let point = UInt8(ascii: ".")
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  }

  /// Counts the columns of the first line, and steps over it if it is a header.
  mutating func readStructure() throws(FileError) -> Int {
    var hasLine = try fillLine()
    if hasLine, bytes.starts(with: Byte.byteOrderMark) {
      position = Byte.byteOrderMark.count
      hasLine = try fillLine()
    }
    guard hasLine else {
      throw FileError(file, "is empty", advice: "give a table with a label and pixels in each line")
    }
    if isAtLineEnd {
      guard try skipsToEnd() else {
        throw FileError(file, at: .line(1), "is empty", advice: "remove the empty line")
      }
      throw FileError(file, "is empty", advice: "give a table with a label and pixels in each line")
    }
    let start = position
    var isHeader = false
    var hasMore = true
    while hasMore {
      let field = try readField(column: columnCount + 1)
      if columnCount == 0 { isHeader = Double(field.text) == nil }
      columnCount += 1
      hasMore = field.isFollowed
      guard columnCount <= CSVTable.largestColumnCount else {
        throw FileError(
          file, at: .line(1), "has more than \(CSVTable.largestColumnCount) columns, which is the limit",
          advice: "check that the lines are not run together")
      }
    }
    if isHeader { line += 1 } else { position = start }
    return columnCount
  }

  /// Reads one line, if there is one: its label to `labels` and the rest to `numbers`.
  mutating func readRow(into numbers: inout CSVNumbers, labels: inout [UInt8]) throws(FileError) -> Bool {
    guard try fillLine() else { return false }
    if isAtLineEnd {
      // Empty lines at the end are left out; one before the end is a mistake.
      let place = line
      guard try skipsToEnd() else {
        throw FileError(file, at: .line(place), "is empty", advice: "remove the empty line")
      }
      return false
    }
    var column = 1
    var hasMore = true
    while hasMore {
      guard column <= columnCount else { throw ragged(try countColumns(from: column)) }
      let value: UInt8
      if let (number, isFollowed) = readPlainNumber() {
        (value, hasMore) = (number, isFollowed)
      } else {
        if column == 1, bytes[position] == Byte.carriageReturn {
          throw FileError(file, at: .line(line), "is empty", advice: "remove the empty line")
        }
        let field = try readField(column: column)
        hasMore = field.isFollowed
        guard let whole = Self.byte(field.text) else {
          numbers.append(
            try feature(field.text, column: column), field.text, line: line, column: column)
          column += 1
          continue
        }
        value = whole
      }
      if column == 1 { labels.append(value) } else { numbers.append(value) }
      column += 1
    }
    guard column == columnCount + 1 else { throw ragged(column - 1) }
    line += 1
    return true
  }

  /// Whether nothing but ends of lines follows, which are stepped over.
  private mutating func skipsToEnd() throws(FileError) -> Bool {
    while try fillLine() {
      while position < end, bytes[position] == Byte.lineFeed || bytes[position] == Byte.carriageReturn {
        position += 1
      }
      if position < end { return false }
    }
    return true
  }

  /// A field of plain digits, at most 255, followed by a comma or the end of the line. Otherwise nil, and nothing
  /// is consumed.
  @inline(__always)
  private mutating func readPlainNumber() -> (value: UInt8, isFollowed: Bool)? {
    var value = 0
    var at = position
    while at < end {
      let digit = bytes[at] &- Byte.zero
      guard digit < 10 else { break }
      value = value * 10 + Int(digit)
      at += 1
      // Leading zeros could go on for ever; the slow way takes them.
      if at - position > 3 { return nil }
    }
    guard at > position, value <= 255 else { return nil }
    if at == end {
      position = end
      return (UInt8(value), false)
    }
    guard bytes[at] == Byte.comma || bytes[at] == Byte.lineFeed else {
      guard bytes[at] == Byte.carriageReturn, at + 1 < end, bytes[at + 1] == Byte.lineFeed else { return nil }
      position = at + 2
      return (UInt8(value), false)
    }
    position = at + 1
    return (UInt8(value), bytes[at] == Byte.comma)
  }

  /// Any field: its text without quotes and surrounding blanks, and whether another field follows in the line.
  private mutating func readField(column: Int) throws(FileError) -> (text: String, isFollowed: Bool) {
    skipBlanks()
    var text: [UInt8] = []
    if position < end, bytes[position] == Byte.quote {
      try readQuoted(into: &text, column: column)
      skipBlanks()
    } else {
      while position < end, bytes[position] != Byte.comma, !isAtLineEnd {
        try append(to: &text, column: column)
      }
      while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
    }
    let string = String(decoding: text, as: UTF8.self)
    guard position < end else { return (string, false) }
    if bytes[position] == Byte.comma {
      position += 1
      return (string, true)
    }
    guard isAtLineEnd else {
      throw FileError(
        file, at: .field(line: line, column: column), "has text after a closing quote",
        advice: "put a comma after it")
    }
    position += bytes[position] == Byte.carriageReturn ? 2 : 1
    return (string, false)
  }

  /// From the opening quote to behind the closing one; two quotes in a row stand for one.
  private mutating func readQuoted(into text: inout [UInt8], column: Int) throws(FileError) {
    position += 1
    while position < end, bytes[position] != Byte.lineFeed {
      if bytes[position] == Byte.quote {
        position += 1
        guard position < end, bytes[position] == Byte.quote else { return }
      }
      try append(to: &text, column: column)
    }
    throw FileError(
      file, at: .field(line: line, column: column), "has a quote that is not closed in its line",
      advice: "close it, or remove it")
  }

  /// Takes the byte at `position` into a field's text.
  private mutating func append(to text: inout [UInt8], column: Int) throws(FileError) {
    guard text.count < CSVTable.longestField else {
      throw FileError(
        file, at: .field(line: line, column: column),
        "has more than \(CSVTable.longestField) bytes, which is the limit",
        advice: "check that this is a table, with its columns separated by commas")
    }
    text.append(bytes[position])
    position += 1
  }

  private var isAtLineEnd: Bool {
    bytes[position] == Byte.lineFeed
      || bytes[position] == Byte.carriageReturn && position + 1 < end && bytes[position + 1] == Byte.lineFeed
  }

  private mutating func skipBlanks() {
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
  }

  /// The whole number that `text` stands for: digits, and perhaps a point with nothing but zeros behind it; nil for all
  /// else, and above 255.
  private static func byte(_ text: String) -> UInt8? {
    let whole = text.utf8.prefix { $0 != Byte.point }
    let fraction = text.utf8.dropFirst(whole.count + 1)
    guard !whole.isEmpty, whole.allSatisfy({ $0 &- Byte.zero < 10 }),
      fraction.allSatisfy({ $0 == Byte.zero })
    else { return nil }
    return UInt8(String(decoding: whole, as: UTF8.self))
  }

  /// A number that is no pixel; a label is never one.
  private func feature(_ text: String, column: Int) throws(FileError) -> Float {
    let isLabel = column == 1
    let place = FileError.Place.field(line: line, column: column)
    let shown = "\"\(text.prefix(40))\(text.count > 40 ? "..." : "")\""
    let advice = isLabel ? "write a whole number from 0 to 255" : "write a number such as 12 or -0.5e-3"
    guard !text.isEmpty else {
      throw FileError(file, at: place, "the \(isLabel ? "label" : "number") is missing", advice: advice)
    }
    // Digits only, as a program may also take 0x1F, inf and nan for numbers.
    guard text.utf8.allSatisfy({ Self.digits.contains($0) }), let number = Float(text) else {
      throw FileError(file, at: place, "\(isLabel ? "label " : "")\(shown) is not a number", advice: advice)
    }
    guard !isLabel else {
      throw FileError(
        file, at: place, "label \(shown) is not a whole number from 0 to 255",
        advice: "number the classes from 0")
    }
    guard number.isFinite else {
      throw FileError(file, at: place, "\(shown) is beyond a 32-bit float", advice: "scale the numbers")
    }
    return number
  }

  private static let digits = Set("0123456789+-.eE".utf8)

  /// How many columns the line has in all, when `column` is the next to be read.
  private mutating func countColumns(from column: Int) throws(FileError) -> Int {
    var count = column
    // A line that is wrong anyway need not be counted for ever.
    while count < CSVTable.largestColumnCount, try readField(column: count).isFollowed { count += 1 }
    return count
  }

  private func ragged(_ found: Int) -> FileError {
    FileError(
      file, at: .line(line), "has \(found) columns, but the first line has \(columnCount)",
      advice: "give every line a label and as many numbers")
  }
}
