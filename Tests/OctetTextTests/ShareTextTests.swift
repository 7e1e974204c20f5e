import Foundation
import OctetClassification
import Testing

/// Probabilities in JSON are shares in 1/65,536; their numbers are as short as can be.
@Suite struct ShareTextTests {
  @Test func `every share can be told from its number, and from none that is shorter`() throws {
    for share: UInt32 in 0...65_536 {
      var text = ByteText()
      text.append(shortest: share)
      let written = String(decoding: text.bytes, as: UTF8.self)
      let decimals = try #require(written.split(separator: ".").last?.count)
      #expect(try Self.share(written) == share, "\(written)")
      guard decimals > 1 else { continue }
      // The two numbers with a decimal less that enclose it.
      let scale = pow(10, Double(decimals - 1))
      let exact = Double(share) / 65_536 * scale
      for near in [exact.rounded(.down), exact.rounded(.up)] {
        #expect((near / scale * 65_536).rounded() != Double(share), "\(written)")
      }
    }
  }

  private static func share(_ written: String) throws -> UInt32 {
    let number = try #require(Double(written))
    return UInt32((number * 65_536).rounded())
  }
}
