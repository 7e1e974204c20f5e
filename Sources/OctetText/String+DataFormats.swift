extension String {
  /// The text as a string of JSON, quotes included.
  ///
  /// All that `shown` writes out is an escape here too, so that JSON on a terminal is as harmless; a reader of JSON
  /// gets the text itself. A byte of a file's name that is no UTF-8 is U+FFFD, as JSON has no form for it.
  package var json: String {
    var text = ScalarBytes()
    text.append(UInt8(ascii: "\""))
    text.append(self) { text, scalar in
      switch scalar {
      case 0x22: text.append("\\\"")
      case 0x5C: text.append("\\\\")
      case 0x0A: text.append("\\n")
      case 0x0D: text.append("\\r")
      case 0x09: text.append("\\t")
      case _ where FileNameBytes.rawByte(scalar) != nil: text.append("\\ufffd")
      case _ where ShownText.isHidden(scalar): text.append(unitsOf: scalar)
      default: return false
      }
      return true
    }
    text.append(UInt8(ascii: "\""))
    return text.text
  }
}

extension ScalarBytes {
  /// `\u` and four digits, twice for what lies beyond U+FFFF.
  fileprivate mutating func append(unitsOf scalar: UInt32) {
    if scalar > 0xFFFF {
      // A surrogate pair.
      append(unit: 0xD800 + (scalar - 0x1_0000) >> 10)
      append(unit: 0xDC00 + (scalar - 0x1_0000) & 0x3FF)
    } else {
      append(unit: scalar)
    }
  }

  private mutating func append(unit: UInt32) {
    append("\\u")
    append(hexadecimal: unit, digits: 4)
  }
}

extension String {
  /// The text as a field of a CSV table, on one line, quoted where it has to be.
  ///
  /// What cannot be seen is written out as `shown` does. A spreadsheet runs a field that begins with `=`, `+`, `-` or
  /// `@` as a formula; such a field has an apostrophe in front.
  package var csv: String {
    let shown = shown
    let isFormula = shown.firstByte.map { [0x3D, 0x2B, 0x2D, 0x40].contains($0) } ?? false
    let isQuoted = shown.withBytes { $0.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") } }
    var text = ScalarBytes()
    if isQuoted { text.append(UInt8(ascii: "\"")) }
    if isFormula { text.append(UInt8(ascii: "'")) }
    text.append(shown) { text, scalar in
      guard scalar == 0x22 else { return false }
      text.append("\"\"")
      return true
    }
    if isQuoted { text.append(UInt8(ascii: "\"")) }
    return text.text
  }
}
