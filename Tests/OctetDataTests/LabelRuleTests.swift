import OctetData
import Testing

struct LabelRuleTests {
  @Test(arguments: [
    ("00012-label-7.png", "7"), ("/a/b/00012-label-7.png", "7"), ("x-label-a-label-b.png", "b"),
    ("7_3.png", "7"),
    ("7.png", "7"), ("seven-3.png", "seven"), ("label-9.png", "9"), ("a/label-9/3-x.png", "3"),
    ("mylabel-4.png", "4"),
    ("3", "3"), ("", ""), ("/", ""), ("-label-.png", ""), ("abel-4.png", "abel"), (".png", ""),
    ("a.b.png", "a"),
    ("x-label-é.png", "é"), ("x-label-1-2.png", "1-2"), ("label", "label"), ("x-label-5", "5"),
  ])
  func `the label in a file's name`(path: String, label: String) {
    #expect(LabelRule.names.label(of: path) == label)
  }

  @Test
  func `the label of a file's folder`() {
    #expect(LabelRule.folders.label(of: "/digits/7/a.png") == "7")
    #expect(LabelRule.folders.label(of: "7/a.png") == "7")
    #expect(LabelRule.folders.label(of: "a.png") == "")
  }
}
