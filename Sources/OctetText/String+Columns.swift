extension StringProtocol {
  /// How many columns the text takes on a terminal: two for each wide character, as those of Chinese, Japanese and
  /// Korean and most pictures are, and one for every other.
  package var columns: Int {
    if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
    return reduce(0) { $0 + $1.columns }
  }

  /// As much of the beginning as fits so many columns.
  package func prefix(columns: Int) -> SubSequence {
    var room = columns
    return prefix {
      room -= $0.columns
      return room >= 0
    }
  }
}

extension Character {
  /// A character of several scalars is as wide as its first, or wide if it asks to be drawn as a picture.
  package var columns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    return ShownText.isWide(first.value) || unicodeScalars.contains { $0.value == 0xFE0F } ? 2 : 1
  }
}

extension ShownText {
  /// Whether a terminal gives a character two columns: Unicode's East Asian wide and full-width ones.
  ///
  /// By ranges, as the tables of Unicode are larger than a program for devices.
  package static func isWide(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0..<0x1100: false
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4C6, 0xA960...0xA97C: true
    case 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60: true
    case 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF: true
    case 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD: true
    default: false
    }
  }
}
