import OctetClassification
import Testing

/// Probabilities in JSON are shares in 1/65,536; their numbers are as short as can be.
@Suite struct ShareTextTests {
  @Test func `every share reads back, and has the digits that float32 needs`() throws {
    for share: UInt32 in 0...65_536 {
      var text = ByteText()
      text.append(shortest: share)
      let written = String(decoding: text.bytes, as: UTF8.self)
      let number = try #require(Float(written))
      #expect(number * 65_536 == Float(share) && written == "\(number)", "\(written)")
    }
  }
}
