import Octet
import OctetHost
import Testing

/// Weights of fewer bits, as docs/FORMAT.md stores them.
@Suite struct WeightEncodingTests {
  /// The weights of a line, worked out from its bytes digit by digit.
  private static func weights(_ bytes: [UInt8], _ encoding: WeightEncoding, count: Int) -> [Int] {
    let all = bytes.flatMap { byte -> [Int] in
      switch encoding {
      case .int8: [Int(Int8(bitPattern: byte))]
      case .int4: [Int(byte) % 16, Int(byte) / 16].map { $0 > 7 ? $0 - 16 : $0 }
      case .ternary: [1, 3, 9, 27, 81].map { Int(byte) / $0 % 3 - 1 }
      }
    }
    return Array(all.prefix(count))
  }

  @Test(arguments: [WeightEncoding.int4, .ternary])
  func `lines of any length come back`(encoding: WeightEncoding) {
    var random = RandomStream(seed: 1, purpose: .testing, 0xB175)
    for perLine in 1...23 {
      let weights = (0..<3 * perLine).map { _ in
        Int8.random(in: encoding.range, using: &random)
      }
      let bytes = encoding.packed(weights, perLine: perLine)
      let lineBytes = Int(encoding.bytes(UInt32(perLine)))
      #expect(bytes.count == 3 * lineBytes)
      for line in 0..<3 {
        let own = Array(bytes[line * lineBytes..<(line + 1) * lineBytes])
        let expected = weights[line * perLine..<(line + 1) * perLine].map { Int($0) }
        #expect(Self.weights(own, encoding, count: perLine) == expected)
        own.map { Int8(bitPattern: $0) }.withUnsafeBufferPointer { packed in
          guard let start = packed.baseAddress else { return }
          var one = PackedLine(start, encoding)
          #expect((0..<perLine).map { _ in Int(one.take()) } == expected)
          // Nothing beyond the line is written.
          var unpacked = [Int8](repeating: 99, count: perLine + 3)
          PackedLine.unpack(start, encoding, count: perLine, to: &unpacked)
          #expect(unpacked.map { Int($0) } == expected + [99, 99, 99])
        }
      }
    }
  }

  @Test func `sizes of lines`() {
    #expect([1, 2, 3, 144, 145].map { WeightEncoding.int4.bytes($0) } == [1, 1, 2, 72, 73])
    #expect([1, 5, 6, 144, 145].map { WeightEncoding.ternary.bytes($0) } == [1, 1, 2, 29, 29])
  }
}
