extension String {
  /// The text as a field of a CSV table, on one line, quoted where it has to be.
  ///
  /// What cannot be seen is written out as `shown` does. A spreadsheet runs a field that begins with `=`, `+`, `-` or
  /// `@` as a formula; such a field has an apostrophe in front.
  package var csv: String {
    let text = shown
    var start = ""
    if let first = text.utf8.first, "=+-@".utf8.contains(first) { start = "'" }
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
