extension String {
  /// The text between double quotes as errors show it: on one line, without control characters, and not too long.
  ///
  /// Names come from strangers' files; a terminal must not obey what is in them.
  package var quoted: String {
    "\"\(shown(atMost: 80))\""
  }

  /// The text without control characters, cut after `limit` of its scalars.
  package func shown(atMost limit: Int) -> String {
    var shown = ""
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == limit { return shown + "…" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }
}
