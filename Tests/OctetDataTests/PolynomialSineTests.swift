import OctetData
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct PolynomialSineTests {
  @Test func `agrees with the library`() {
    for step in -4_000...4_000 {
      let turns = Float(step) / 1_024
      let angle = 2 * Double.pi * Double(turns)
      #expect(abs(Double(PolynomialSine.sine(turns: turns)) - sin(angle)) < 1e-5)
      #expect(abs(Double(PolynomialSine.cosine(turns: turns)) - cos(angle)) < 1e-5)
    }
  }
}
