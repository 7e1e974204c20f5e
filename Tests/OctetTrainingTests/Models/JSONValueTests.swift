import Foundation
import OctetTraining
import Testing

@Suite struct JSONValueTests {
  @Test func `objects keep their order`() {
    let value = JSONValue.object([("zebra", 1), ("apple", .array([true, .null])), ("mango", .number(0.5))])
    #expect(value.text == #"{"zebra":1,"apple":[true,null],"mango":0.5}"#)
  }

  @Test func `every byte of a string survives Foundation's reader`() throws {
    let original = String(String.UnicodeScalarView((0..<0x180).compactMap { Unicode.Scalar($0 as UInt32) }))
    let text = JSONValue.array([.string(original)]).text
    let decoded = try JSONDecoder().decode([String].self, from: Data(text.utf8))
    #expect(decoded == [original])
  }

  @Test func `numbers that JSON cannot hold become null`() {
    #expect(JSONValue.array([.number(.infinity), .number(.nan)]).text == "[null,null]")
  }
}
