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
