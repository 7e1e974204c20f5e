import OctetCommandLine
import OctetText
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (60_000, "60,000"), (1_199_882, "1,199,882"),
    (-999, "-999"),
    (-1000, "-1,000"), (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `digits are grouped`(value: Int, expected: String) {
    #expect(NumberText.grouped(value) == expected)
  }

  @Test(
    arguments: [
      (0.1235, 3, "0.123"), (2.5, 0, "2"), (-0.0004, 3, "-0.000"), (1e300, 0, nil), (.nan, 2, "nan"),
      (-.infinity, 2, "-inf"), (.infinity, 2, "inf"), (0.1, -3, "0"),
    ] as [(Double, Int, String?)])
  func `decimals are fixed`(value: Double, decimals: Int, expected: String?) {
    let text = NumberText.fixed(value, decimals: decimals)
    if let expected { #expect(text == expected) } else { #expect(Double(text) == value) }
  }

  @Test func `fractions become percent`() {
    #expect(NumberText.percent(0.971) == "97.1 %")
    #expect(NumberText.percent(1, decimals: 0) == "100 %")
  }

  @Test(
    arguments: [
      (.zero, "0.0 s"), (.seconds(-3), "0.0 s"), (.milliseconds(-300), "0.0 s"), (.milliseconds(49), "0.0 s"),
      (.milliseconds(50), "0.1 s"), (.milliseconds(4249), "4.2 s"), (.milliseconds(9949), "9.9 s"),
      (.milliseconds(9950), "10 s"), (.milliseconds(41_400), "41 s"), (.milliseconds(59_600), "1 min 0 s"),
      (.seconds(200), "3 min 20 s"), (.milliseconds(3_599_600), "1 h 0 min"), (.seconds(7500), "2 h 5 min"),
      (.seconds(36_000_000), "10,000 h 0 min"),
    ] as [(Duration, String)])
  func `durations are worded`(duration: Duration, expected: String) {
    #expect(NumberText.duration(duration) == expected)
  }

  @Test func `the longest durations do not trap`() {
    #expect(NumberText.duration(.seconds(Int64.max)).hasSuffix("min"))
    #expect(NumberText.duration(.seconds(Int64.min)) == "0.0 s")
    #expect(NumberText.duration(seconds: 4.2) == "4.2 s" && NumberText.duration(seconds: -1) == "0.0 s")
    #expect(NumberText.duration(seconds: 1e300) == NumberText.duration(.seconds(1_000_000_000_000_000)))
    #expect(NumberText.duration(seconds: .nan) == "nan s")
    #expect(NumberText.duration(seconds: -.infinity) == "-inf s")
  }

  @Test func `control characters are shown`() {
    var table = TextTable(.init("a\n"), .init("b"))
    table.addRow(["c\nd", "e\u{1B}[2J é"])
    #expect(table.rendered() == "a\\u{a}   b\n─────────────────────\nc\\u{a}d  e\\u{1b}[2J é\n")
  }
}

@Suite struct TextTableTests {
  @Test func `columns are aligned`() {
    var table = TextTable(.init("layer"), .init("shape"), .init("parameters", .right))
    table.addRow(["dense", "128", "100,480"])
    table.addRow(["a longer name", "é", "65"])
    table.addRule()
    table.addRow(["total", "", "100,545"])
    #expect(
      table.rendered() == """
        layer          shape  parameters
        ────────────────────────────────
        dense          128       100,480
        a longer name  é              65
        ────────────────────────────────
        total                    100,545

        """)
  }

  @Test func `no line ends in spaces`() {
    var table = TextTable(.init("first"), .init("second"))
    table.addRow(["x", ""])
    table.addRow(["", ""])
    for line in table.rendered().split(separator: "\n", omittingEmptySubsequences: false) {
      #expect(!line.hasSuffix(" "))
    }
  }

  @Test func `a table without rows has its titles`() {
    #expect(TextTable(.init("one"), .init("two")).rendered() == "one  two\n────────\n")
  }

  /// A wide table as quantize has it.
  private var wide: TextTable {
    var table = TextTable(
      .init("layer"), .init("kind"), .init("scale", .right, isDetail: true), .init("weights", isDetail: true),
      .init("alone", .right), .init("so far", .right))
    table.addRow([
      "conv-1", "convolution 3x3 maximum 2x2 relu", "0.012345", "0.000123 to 0.004567", "38.1", "37.25",
    ])
    table.addRow(["dense-1", "dense 10", "0.1", "0.1 to 0.2", "12,345.6", "exact"])
    return table
  }

  @Test func `a table that fits is left alone`() {
    #expect(wide.rendered(width: 200) == wide.rendered(width: nil))
  }

  @Test func `text wraps before columns fall away`() {
    let text = wide.rendered(width: 72)
    #expect(!text.contains("Not shown"))
    for number in ["0.012345", "12,345.6", "37.25", "38.1"] { #expect(text.contains(number)) }
  }

  @Test func `details fall away first and are named`() {
    let text = wide.rendered(width: 44)
    #expect(
      text.contains("Not shown for lack of room: weights")
        || text.contains("Not shown for lack of room: scale"))
    #expect(text.contains("12,345.6") && text.contains("37.25"))
    #expect(!text.contains("0.000123"))
  }

  @Test func `no line is wider than the terminal, and numbers stay whole`() {
    for width in 24...120 {
      let lines = wide.rendered(width: width).split(separator: "\n")
      for line in lines { #expect(line.count <= width, "\(width): \(line)") }
      for line in lines where line.contains("12,") { #expect(line.contains("12,345.6")) }
    }
  }

  @Test func `long words are divided where nothing else helps`() {
    var table = TextTable(.init("name"), .init("value", .right))
    table.addRow(["a-name-of-thirty-two-characters-x", "1,234,567"])
    let lines = table.rendered(width: 24).split(separator: "\n")
    for line in lines { #expect(line.count <= 24) }
    #expect(lines.joined().contains("1,234,567"))
  }
}

@Suite struct WideTextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("図書館", 6), ("한글", 4), ("ｶﾅ", 2), ("（）", 4), ("🦉", 2),
    ("❤\u{FE0F}", 2),
    ("Ж€…", 3),
  ])
  func `characters take one column or two`(text: String, columns: Int) {
    #expect(text.columns == columns)
  }

  @Test func `a beginning ends before half a character`() {
    #expect(
      "図書館".prefix(columns: 3) == "図" && "a図".prefix(columns: 3) == "a図" && "図".prefix(columns: 1) == "")
  }

  @Test func `columns stand under one another behind wide characters`() {
    var table = TextTable(.init("class"), .init("images", .right))
    table.addRow(["図書館", "12"])
    table.addRow(["owl", "5"])
    #expect(
      table.rendered() == """
        class   images
        ──────────────
        図書館      12
        owl          5

        """)
  }

  @Test func `wide words are divided, and by columns`() {
    var table = TextTable(.init("name"), .init("value", .right))
    table.addRow(["図書館図書館図書館", "1"])
    for width in 11...20 {
      for line in table.rendered(width: width).split(separator: "\n") where !line.contains("──") {
        #expect(line.reduce(0) { $0 + $1.columns } <= width, "\(width): \(line)")
      }
    }
  }

  @Test func `words are divided behind signs first`() {
    var table = TextTable(.init("setting"), .init("models"))
    table.addRow(["augment", "shift=2,rotate=10,scale=0.12/cnn-two-pool"])
    let lines = table.rendered(width: 24).split(separator: "\n").dropFirst(2).map { $0.dropFirst(9) }
    #expect(lines.map(String.init) == ["shift=2,", "rotate=10,", "scale=0.12/cnn-", "two-pool"])
  }
}

@Suite struct FittedTextTests {
  @Test(arguments: [
    ("one two three", 20, "one two three"), ("one two three", 8, "one two\n  three"),
    ("  one two three", 9, "  one two\n    three"), ("one  two  three", 9, "one  two\n  three"),
    ("a/very/long/name/of/a/file.octet is there", 12, "a/very/long/name/of/a/file.octet\n  is there"),
    ("accuracy is 97.63 %, loss 1.2", 19, "accuracy is\n  97.63 %, loss 1.2"), ("", 5, ""),
  ])
  func `lines go on in others, words whole`(line: String, width: Int, expected: String) {
    #expect(FittedText.wrapped(line, width: width) == expected)
  }
}
