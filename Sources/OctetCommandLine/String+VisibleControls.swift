extension String {
  /// The same text with control characters written out, so that no file name can break a line or steer the terminal.
  package var withVisibleControls: String {
    unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}
