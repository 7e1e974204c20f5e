import OctetText

/// Lengths of text in a drawing, which has to be laid out before any browser knows the font.
enum TextWidth {
  /// About how wide a text of 11 pixels is; a little too much rather than too little.
  ///
  /// By the widest of the usual fonts, DejaVu Sans, in three widths of letters.
  static func estimate(_ text: String, isBold: Bool = false) -> Double {
    text.reduce(0) { $0 + width($1) } * (isBold ? 1.1 : 1)
  }

  /// The longest of several texts.
  static func longest(_ texts: some Sequence<String>, isBold: Bool = false) -> Double {
    texts.map { estimate($0, isBold: isBold) }.max() ?? 0
  }

  private static func width(_ character: Character) -> Double {
    switch character {
    case "i", "j", "l", "f", "t", "r", "I", " ", "'", "|", ".", ",", ":", ";", "!", "(", ")", "[", "]", "-",
      "/":
      4.5
    case "m", "w", "M", "W", "%", "@", "…", "—": 11
    default: character.isASCII && !character.isUppercase ? 7 : character.columns == 2 ? 13 : 8.7
    }
  }

  /// At most so many characters, wide ones counted twice, the last an ellipsis where some are left out.
  static func cut(_ text: String, to count: Int) -> String {
    text.columns <= count ? text : text.prefix(columns: max(count - 1, 0)) + "…"
  }

  /// The same with the middle left out, for paths, whose ends tell most.
  static func cutMiddle(_ text: String, to count: Int) -> String {
    guard text.columns > count else { return text }
    let front = text.prefix(columns: count / 3)
    let back = String(text.reversed()).prefix(columns: count - 1 - count / 3)
    return front + "…" + String(back.reversed())
  }

  /// As much as fits a width of a drawing, with the middle left out: what tells names of layers apart often stands at
  /// their ends.
  static func fitted(_ text: String, within width: Double, isBold: Bool = false) -> String {
    guard estimate(text, isBold: isBold) > width else { return text }
    var count = text.columns
    while count > 1 {
      count -= 1
      let shorter = cutMiddle(text, to: count)
      if estimate(shorter, isBold: isBold) <= width { return shorter }
    }
    return "…"
  }
}
