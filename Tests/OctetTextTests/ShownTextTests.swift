import OctetText
import Testing

/// Untrusted text as people and programs see it.
@Suite struct ShownTextTests {
  /// One for each range of what cannot be seen.
  static let hidden: [UInt32] = [
    0, 7, 9, 10, 13, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9B, 0x9F, 0xAD, 0x34F, 0x61C, 0x115F, 0x17B4, 0x180E,
    0x200B, 0x200D,
    0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x206F, 0x3164, 0xE000, 0xF8FF,
    0xFDD0, 0xFEFF,
    0xFFA0, 0xFFF9, 0xFFFE, 0xFFFF, 0x1D173, 0x1FFFE, 0xE0001, 0xE007F, 0xE0100, 0xF0000, 0x10_FF7F,
  ]

  @Test func `invisible characters are escaped`() throws {
    for value in Self.hidden {
      let scalar = try #require(Unicode.Scalar(value))
      let text = "a\(scalar)b"
      #expect(text.shown == "a\\u{\(String(value, radix: 16))}b")
      #expect(text.shown(atMost: 9) == text.shown)
      #expect(text.json.unicodeScalars.allSatisfy { !ShownText.isHidden($0.value) })
      #expect(text.csv == text.shown)
    }
  }

  @Test(arguments: ["", "plain", "größe 数 😀", "\u{A0}\u{2010}", "שלום", "e\u{301}", "\u{1F3F3}\u{FE0F}"])
  func `what can be seen stays`(text: String) {
    #expect(text.shown == text && text.isLabel)
    #expect(text.json == "\"\(text)\"")
    #expect(text.csv == text)
  }

  @Test(arguments: [
    "\n", "\u{1B}", "\u{7F}", "\u{85}", "\u{2028}", "\u{202E}", "\u{2066}", String(fileName: [0xE9]),
  ])
  func `labels have none`(text: String) {
    #expect(!"a\(text)b".isLabel)
  }

  @Test func `long text is cut`() {
    #expect("a\u{1B}[2Jb\nc\u{202E}".quoted == #""a\u{1b}[2Jb\u{a}c\u{202e}""#)
    #expect(String(repeating: "é", count: 500).quoted.count == 83)
    #expect("abc".shown(atMost: 2) == "ab…")
  }

  @Test(arguments: [
    ("a\"b\\c\nd\re\tf", #""a\"b\\c\nd\re\tf""#), ("\u{1B}[2J\u{7F}\u{9B}", #""\u001b[2J\u007f\u009b""#),
    ("\u{202E}\u{E0001}", #""\u202e\udb40\udc01""#), (String(fileName: [0x61, 0xE9]), #""a\ufffd""#),
  ])
  func `what is written as JSON is JSON`(text: String, expected: String) {
    #expect(text.json == expected)
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("=a,b", "\"'=a,b\""),
    ("\t=1", "\\u{9}=1"),
    ("\r=1", "\\u{d}=1"), ("\n=1", "\\u{a}=1"), ("a=1", "a=1"), ("a,b", "\"a,b\""),
    ("say \"x\"", "\"say \"\"x\"\"\""),
    (String(fileName: [0xE9, 0x2C]), "\"\\xe9,\""), ("", ""),
  ])
  func `CSV fields do not run`(text: String, expected: String) {
    #expect(text.csv == expected)
  }
}
