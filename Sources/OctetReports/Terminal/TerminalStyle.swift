import OctetCommandLine

/// What may be used to draw on a terminal, or where text goes instead of one.
package struct TerminalStyle: Sendable {
  package let hasColor: Bool
  /// In columns.
  package let width: Int

  package init(hasColor: Bool, width: Int) {
    self.hasColor = hasColor
    self.width = width
  }

  /// Colour only where there is a terminal that wants it; 80 columns where there is none.
  package init(_ terminal: Terminal) {
    hasColor = terminal.allowsColor
    width = terminal.isInteractive ? terminal.width : 80
  }

  /// Text in colours of the 256 that terminals have.
  func colored(_ text: String, ink: Int? = nil, paper: Int? = nil) -> String {
    guard hasColor, ink != nil || paper != nil else { return text }
    let codes = [ink.map { "38;5;\($0)" }, paper.map { "48;5;\($0)" }].compactMap { $0 }
    return "\u{1B}[\(codes.joined(separator: ";"))m\(text)\u{1B}[0m"
  }

  /// The series of charts: blue, orange.
  static let seriesColors = [74, 172]
}
