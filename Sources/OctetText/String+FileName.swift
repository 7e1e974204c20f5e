// The name of a file is bytes, any but 0, and nothing makes them UTF-8. Inside the programs a path is a `String` all
// the same, so that it can be put together, compared and shown as every other text: a byte that is no part of UTF-8
// becomes one of the 128 last scalars of Unicode, which no text has (they are for private use, the last two for none).
// A name that has one of these itself has its four bytes carried so. So each name has one text, and the text gives its
// bytes back.

extension String {
  /// The path with these bytes, from the command line, a folder, or a list of paths.
  package init(fileName bytes: some Collection<UInt8>) {
    if bytes.allSatisfy({ $0 < 0x80 }) {
      self = String(decoding: bytes, as: UTF8.self)
      return
    }
    let bytes = Array(bytes)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let length = UTF8Text.scalarLength(bytes.span, at: place)
      if length == 0 || FileNameBytes.isCarrier(bytes.span, at: place) {
        text.append(contentsOf: [0xF4, 0x8F, 0xBC | bytes[place] >> 6, 0x80 | bytes[place] & 0x3F])
        place += 1
      } else {
        text.append(contentsOf: bytes[place..<place + length])
        place += length
      }
    }
    self = String(decoding: text, as: UTF8.self)
  }

  /// The path in a C string.
  package init(fileName start: UnsafePointer<CChar>) {
    var bytes: [UInt8] = []
    var next = start
    while next.pointee != 0 {
      bytes.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    self.init(fileName: bytes)
  }

  /// The bytes of the file's name, without an end.
  package var fileNameBytes: [UInt8] {
    let text = withBytes { Array($0) }
    guard hasRawBytes else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      if FileNameBytes.isCarrier(text.span, at: place) {
        bytes.append(text[place + 2] << 6 | text[place + 3] & 0x3F)
        place += 4
      } else {
        bytes.append(text[place])
        place += 1
      }
    }
    return bytes
  }

  /// Whether the name has bytes that are no UTF-8.
  package var hasRawBytes: Bool {
    // Three of the four bytes are enough: text that is valid has no others behind them.
    var text = self
    return text.withUTF8 { bytes in
      guard bytes.count >= 4 else { return false }
      for place in 2..<bytes.count
      where bytes[place] & 0xFE == 0xBE && bytes[place - 1] == 0x8F && bytes[place - 2] == 0xF4 {
        return true
      }
      return false
    }
  }

  /// Calls `body` with the name as the system takes it. Every call that opens or names a file goes through here.
  ///
  /// Never by `withCString`, whose code for strings of other encodings is 2 KB of a program for devices.
  package func withFileName<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var bytes = fileNameBytes
    bytes.append(0)
    return bytes.withUnsafeBytes { bytes in
      guard let start = bytes.bindMemory(to: CChar.self).baseAddress else {
        preconditionFailure("there is at least the 0")
      }
      return body(start)
    }
  }
}

enum FileNameBytes {
  /// Stands for byte 0x80; in UTF-8 F4 8F BE 80.
  private static let first: UInt32 = 0x10_FF80

  /// The byte of a file's name that a scalar stands for; nil for a scalar that is text.
  static func rawByte(_ scalar: UInt32) -> UInt8? {
    scalar >= first && scalar <= 0x10_FFFF ? UInt8(truncatingIfNeeded: scalar) : nil
  }

  /// Whether the four bytes from `place` on are one of the scalars that carry a byte.
  static func isCarrier(_ text: Span<UInt8>, at place: Int) -> Bool {
    place <= text.count - 4 && text[place] == 0xF4 && text[place + 1] == 0x8F
      && text[place + 2] & 0xFE == 0xBE
  }
}

/// UTF-8 read by its bytes, without the tables of Unicode, which are larger than a program for devices.
package enum UTF8Text {
  /// The bytes of the scalar that begins at `place`; 0 where no valid one does.
  ///
  /// Neither more bytes than a scalar needs, nor surrogates, nor what lies beyond U+10FFFF are valid.
  package static func scalarLength(_ text: Span<UInt8>, at place: Int) -> Int {
    let first = text[place]
    let length: Int
    // The second byte tells what is too long, a surrogate or too large.
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard place <= text.count - length, second.contains(text[place + 1]) else { return 0 }
    for other in 2..<max(length, 2) where text[place + other] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
