import Foundation
import OctetInterchange
import Testing

@Suite struct JSONValueTests {
  @Test func objectsKeepTheirOrder() {
    let value = JSONValue.object([("zebra", 1), ("apple", .array([true, .null])), ("mango", .number(0.5))])
    #expect(value.text == #"{"zebra":1,"apple":[true,null],"mango":0.5}"#)
  }

  @Test func everyByteOfAStringSurvivesFoundationsReader() throws {
    let original = String(String.UnicodeScalarView((0..<0x180).compactMap { Unicode.Scalar($0 as UInt32) }))
    let text = JSONValue.array([.string(original)]).text
    let decoded = try JSONDecoder().decode([String].self, from: Data(text.utf8))
    #expect(decoded == [original])
  }

  @Test func numbersThatJSONCannotHoldBecomeNull() {
    #expect(JSONValue.array([.number(.infinity), .number(.nan)]).text == "[null,null]")
  }
}
