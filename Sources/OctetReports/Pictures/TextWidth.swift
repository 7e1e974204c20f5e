/// Lengths of text in a drawing, which has to be laid out before any browser knows the font.
enum TextWidth {
  /// About how wide a text of 11 pixels is; a little too much rather than too little.
  static func estimate(_ text: String) -> Double { 6.9 * Double(text.count) }

  /// At most so many characters, the last an ellipsis where some are left out.
  static func cut(_ text: String, to count: Int) -> String {
    text.count <= count ? text : text.prefix(max(count - 1, 0)) + "…"
  }

  /// The same with the middle left out, for paths, whose ends tell most.
  static func cutMiddle(_ text: String, to count: Int) -> String {
    guard text.count > count else { return text }
    let front = count / 3
    return text.prefix(front) + "…" + text.suffix(count - 1 - front)
  }
}
