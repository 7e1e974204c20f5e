/// The words of one line of a description, taken from left to right.
///
/// Layers and settings read their arguments through it, so that every complaint names the line, the word and what
/// was expected there.
package struct LineWords {
  package let line: Int
  private var words: ArraySlice<Substring>

  /// Splits `text` at blanks; a `#` starts a comment that runs to the end of the line.
  package init(line: Int, text: some StringProtocol) {
    self.line = line
    let code = text.prefix { $0 != "#" }
    words = code.split(whereSeparator: \.isWhitespace).map { Substring($0) }[...]
  }

  /// The lines of a file, which end as on any system; a byte order mark in front is no part of the first.
  static func lines(of text: String) -> [Substring] {
    let start =
      text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
    // In Swift the two characters of a line end on Windows are one.
    return Substring(start).split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  package var isEmpty: Bool { words.isEmpty }

  package var peek: String? { words.first.map(String.init) }

  package var rest: String { words.joined(separator: " ") }

  package func failure(_ message: String) -> NetworkError { NetworkError(line: line, message) }

  package mutating func take() -> String? { words.popFirst().map(String.init) }

  /// Takes the next word, whatever it is.
  package mutating func take(_ what: String) throws(NetworkError) -> String {
    guard let word = take() else { throw failure("expected \(what) at the end of the line") }
    return word
  }

  /// Takes the next word if it is `word`.
  package mutating func takeIf(_ word: String) -> Bool {
    guard peek == word else { return false }
    words.removeFirst()
    return true
  }

  package mutating func takeInteger(_ what: String, in range: ClosedRange<Int>) throws(NetworkError) -> Int {
    let word = try take(what)
    guard let value = Int(word), range.contains(value) else {
      throw failure("expected \(what) from \(range.lowerBound) to \(range.upperBound), found \"\(word)\"")
    }
    return value
  }

  package mutating func takeNumber(_ what: String, in range: ClosedRange<Float>) throws(NetworkError) -> Float
  {
    let word = try take(what)
    guard let value = Float(word), value.isFinite, range.contains(value) else {
      throw failure("expected \(what) from \(range.lowerBound) to \(range.upperBound), found \"\(word)\"")
    }
    return value
  }

  /// Takes `HxW`, or one number for both.
  package mutating func takeExtent(
    _ what: String, in range: ClosedRange<Int>
  ) throws(NetworkError) -> (height: Int, width: Int) {
    let word = try take(what)
    let parts = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(parts.count), let height = parts[0], let width = parts[parts.count - 1],
      range.contains(height), range.contains(width)
    else { throw failure("expected \(what) such as 3x3, found \"\(word)\"") }
    return (height, width)
  }

  /// Whatever is left was not understood.
  package func finish(after what: String) throws(NetworkError) {
    if let word = peek { throw failure("unexpected \"\(word)\" after \(what)") }
  }
}
