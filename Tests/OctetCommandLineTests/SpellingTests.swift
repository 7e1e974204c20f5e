import OctetCommandLine
import Testing

@Suite struct SpellingTests {
  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("epocs", "epochs", 1),
    ("ab", "ba", 1),
    ("ca", "abc", 3), ("abcdef", "badcfe", 3),
  ])
  func `distances are known`(first: String, second: String, distance: Int) {
    #expect(Spelling.distance(Array(first), Array(second)) == distance)
    #expect(Spelling.distance(Array(second), Array(first)) == distance)
  }

  @Test(arguments: [
    ("epocs", "epochs"), ("epohcs", "epochs"), ("EPOCHS", "epochs"), ("learning_rate", "learning-rate"),
    ("valid", "validation-split"), ("bacth", "batch"),
  ])
  func `near words are found`(word: String, expected: String) {
    let names = ["epochs", "batch", "learning-rate", "validation-split", "q"]
    #expect(Spelling.nearest(to: word, among: names) == expected)
  }

  /// The last two are the start of two candidates, and of too few letters.
  @Test(arguments: ["", "xyz", "x", "optimizer", "te", "b"])
  func `far words are not`(word: String) {
    #expect(Spelling.nearest(to: word, among: ["epochs", "batch", "testing", "tenfold", "q"]) == nil)
  }

  @Test func `nothing is nearest among nothing`() {
    #expect(Spelling.nearest(to: "word", among: []) == nil)
  }
}
