/// Text that is put together from the bytes of other text, scalar by scalar.
///
/// Views of strings, their indices and numbers as text are some KB of a program for small devices; this is less.
struct ScalarBytes {
  private(set) var bytes: [UInt8] = []

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ word: StaticString) {
    word.withUTF8Buffer { for byte in $0 { bytes.append(byte) } }
  }

  /// At least so many hexadecimal digits.
  mutating func append(hexadecimal value: UInt32, digits: Int) {
    var count = digits
    while count < 8, value >> UInt32(4 * count) != 0 { count += 1 }
    for place in (0..<count).reversed() {
      let digit = UInt8(truncatingIfNeeded: value >> UInt32(4 * place) & 15)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Calls `body` for each scalar of a text; where it does not write anything of its own, the scalar's bytes follow.
  ///
  /// - Parameter body: gives whether it has written something for the scalar.
  mutating func append(_ text: String, escaping body: (inout ScalarBytes, UInt32) -> Bool) {
    let source = text.withBytes { Array($0) }
    var place = 0
    while place < source.count {
      let length = max(UTF8Text.scalarLength(source.span, at: place), 1)
      var scalar = length == 1 ? UInt32(source[place]) : UInt32(source[place]) & (0x7F >> UInt32(length))
      for next in place + 1..<max(place + length, place + 1) {
        scalar = scalar << 6 | UInt32(source[next] & 0x3F)
      }
      if !body(&self, scalar) { for next in place..<place + length { bytes.append(source[next]) } }
      place += length
    }
  }
}
