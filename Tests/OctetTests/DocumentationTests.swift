import Foundation
import Octet
import TestSupport
import Testing

/// The example of docs/RUNTIME.md, word for word; the test below compares the two.
// example starts
func classify(_ image: [UInt8], with file: [UInt8]) throws -> String {
  let model = try Model(copying: file)
  var storage = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
  var span = storage.mutableSpan
  var arena = span.mutableBytes
  var session = try Session(model, arena: &arena)
  try session.run(image: image.span)
  guard let answer = session.answer, let share = answer.probability else { return "nothing" }
  return "\(model.labels[answer.classIndex]), \(share * 100 / 65_536) %"
}
// example ends

@Suite struct DocumentationTests {
  @Test
  func `runs`() throws {
    var draft = ModelDraft.sample
    let text = try classify([UInt8](repeating: 9, count: 64), with: draft.bytes())
    #expect(text.hasSuffix(" %"))
    #expect(throws: ModelError.self) { try classify([], with: [1, 2, 3]) }
    #expect(throws: SessionError.self) { try classify([1], with: draft.bytes()) }
  }

  @Test
  func `is the one in docs/RUNTIME.md, and has fewer than 15 lines`() throws {
    let here = URL(filePath: #filePath)
    let source = try String(contentsOf: here, encoding: .utf8)
    let page = try String(
      contentsOf: here.deletingLastPathComponent().appending(path: "../../docs/RUNTIME.md"), encoding: .utf8)
    let example = try #require(
      source.split(separator: "// example starts\n").last?.split(separator: "// example ends").first)
    let shown = try #require(page.split(separator: "```swift\n").last?.split(separator: "```").first)
    #expect(shown == "import Octet\n\n" + example)
    #expect(shown.split(separator: "\n", omittingEmptySubsequences: false).count < 15)
  }
}
