import Foundation
import OctetReports
import Testing

@Suite struct MarkupTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("\" onload=\"x", "&quot; onload=&quot;x"), ("a & b's", "a &amp; b&#39;s"),
    ("plain-7.png", "plain-7.png"),
    ("line\nend\u{0}", "line\\u{a}end\\u{0}"), ("gnp.\u{202E}exe", "gnp.\\u{202e}exe"),
    ("\u{FFFE}", "\\u{fffe}"), ("Ünï 数", "Ünï 数"),
  ])
  func `escapes text and attributes`(given: String, expected: String) {
    var markup = Markup()
    markup.element("p", ["title": given], text: given)
    #expect(markup.text == "<p title=\"\(expected)\">\(expected)</p>")
  }
}
