extension String {
  /// The text as people see it, in terminals, messages and pages: what cannot be seen, or changes how the rest is seen,
  /// is written out.
  ///
  /// The one function that all text goes through which is not the program's own: names of files, classes, layers and
  /// tensors. Nothing in it can start a line, steer a terminal or turn the direction of writing. A character becomes
  /// `\u{202e}`, and a byte of a file's name that is no UTF-8 `\xe9`.
  package var shown: String {
    if withBytes({ $0.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }) { return self }
    return shown(atMost: Int.max)
  }

  /// The same, cut after `limit` of its scalars.
  package func shown(atMost limit: Int) -> String {
    var text = ScalarBytes()
    var count = 0
    text.append(self) { text, scalar in
      count += 1
      // One sign for all that is cut.
      if count > limit {
        if count == limit + 1 { text.append("…") }
      } else if let byte = FileNameBytes.rawByte(scalar) {
        text.append("\\x")
        text.append(hexadecimal: UInt32(byte), digits: 1)
      } else if ShownText.isHidden(scalar) {
        text.append("\\u{")
        text.append(hexadecimal: scalar, digits: 1)
        text.append(UInt8(ascii: "}"))
      } else {
        return false
      }
      return true
    }
    return text.text
  }

  /// The text between double quotes as errors show it, and not too long.
  package var quoted: String { "\"\(shown(atMost: 80))\"" }

  /// Whether an .octet file may have the text as the label of a class: see docs/FORMAT.md.
  package var isLabel: Bool {
    unicodeScalars.allSatisfy {
      switch $0.value {
      case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: false
      default: FileNameBytes.rawByte($0.value) == nil
      }
    }
  }
}

package enum ShownText {
  /// Whether a character is no sign that can be seen in its place: control characters, ends of lines and paragraphs,
  /// those that turn the direction of writing, those without width, and those for private use.
  ///
  /// By ranges, as the tables of Unicode are larger than a program for devices.
  package static func isHidden(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0..<0xAD: false
    case 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0: true
    case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFFF0...0xFFFB: true
    case 0xE000...0xF8FF, 0x1D173...0x1D17A, 0xE0000...0x10_FFFF: true
    default: scalar & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar)
    }
  }
}

extension String {
  /// The bytes of the text, where they lie.
  ///
  /// By bytes: comparing strings as Swift does it would bring tables of Unicode into a program for small devices, and
  /// its views and their indices some KB.
  package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    var text = self
    return text.withUTF8(body)
  }

  package var firstByte: UInt8? { withBytes { $0.isEmpty ? nil : $0[0] } }

  /// Whether the bytes of the text are, or end in, those of a word.
  package func matches(_ word: StaticString, atEnd: Bool = false) -> Bool {
    withBytes { bytes in
      word.withUTF8Buffer { word in
        guard atEnd ? bytes.count >= word.count : bytes.count == word.count else { return false }
        let start = bytes.count - word.count
        for place in word.indices where bytes[start + place] != word[place] { return false }
        return true
      }
    }
  }
}
