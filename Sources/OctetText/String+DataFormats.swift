extension String {
  /// The text as a string of JSON, quotes included.
  ///
  /// All that `shown` writes out is an escape here too, so that JSON on a terminal is as harmless; a reader of JSON
  /// gets the text itself. A byte of a file's name that is no UTF-8 is U+FFFD, as JSON has no form for it.
  package var json: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.rawByte != nil: text += "\\ufffd"
      case _ where scalar.isHidden: text.append(escaped: scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// `\u` and four digits, twice for what lies beyond U+FFFF.
  private mutating func append(escaped scalar: Unicode.Scalar) {
    let value = scalar.value
    if value <= 0xFFFF {
      append(unit: value)
    } else {
      // A surrogate pair, without the view of UTF-16, whose code is large on a device.
      append(unit: 0xD800 + (value - 0x1_0000) >> 10)
      append(unit: 0xDC00 + (value - 0x1_0000) & 0x3FF)
    }
  }

  private mutating func append(unit: UInt32) {
    let digits = String(unit, radix: 16)
    self += "\\u"
    for _ in digits.withBytes({ $0.count })..<4 { self += "0" }
    self += digits
  }
}

extension String {
  /// The text as a field of a CSV table, on one line, quoted where it has to be.
  ///
  /// What cannot be seen is written out as `shown` does. A spreadsheet runs a field that begins with `=`, `+`, `-` or
  /// `@` as a formula; such a field has an apostrophe in front.
  package var csv: String {
    let text = shown
    var start = ""
    if let first = text.firstByte, "=+-@".utf8.contains(first) { start = "'" }
    guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
      return start + text
    }
    var quoted = "\"" + start
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
