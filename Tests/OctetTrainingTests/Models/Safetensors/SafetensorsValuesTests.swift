import OctetHost
import OctetTraining
import Testing

@Suite struct SafetensorsValuesTests {
  private func values(_ element: String, count: Int, _ data: [UInt8]) throws -> [Float] {
    // A name of odd length moves the numbers off every alignment.
    let header = #"{"odd":{"dtype":"\#(element)","shape":[\#(count)],"data_offsets":[0,\#(data.count)]}}"#
    let file = try SafetensorsFile(
      RawSafetensors.bytes(header + (header.utf8.count % 2 == 0 ? " " : ""), data: data))
    return try file.values(of: try #require(file.entries.first))
  }

  private func bytes(_ bits: some Sequence<some FixedWidthInteger>) -> [UInt8] {
    bits.flatMap { bits in (0..<bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) } }
  }

  @Test func `every half is the right float`() throws {
    let found = try values("F16", count: 65_536, bytes((0...65_535).map { UInt16($0) }))
    let wrong = (0..<65_536).filter { bits in
      // Worked out from the definition: sign, 5 bits of exponent, 10 of fraction.
      let exponent = bits >> 10 & 31
      let fraction = Float(bits & 1023) / 1024
      if exponent == 31, bits & 1023 != 0 { return !found[bits].isNaN }
      let size: Float =
        switch exponent {
        case 0: fraction * 0x1p-14
        case 31: .infinity
        default: (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
      return found[bits].bitPattern != (bits >= 32_768 ? -size : size).bitPattern
    }
    #expect(wrong == [])
  }

  @Test func `brain floats are the upper half`() throws {
    let found = try values("BF16", count: 65_536, bytes((0...65_535).map { UInt16($0) }))
    #expect((0..<65_536).allSatisfy { found[$0].bitPattern == UInt32($0) << 16 })
  }

  @Test func `doubles become the nearest float`() throws {
    let doubles: [Double] = [
      0, -0.0, 0.1, 1 / 3, 1e300, -1e300, 1e-300, .infinity, 16_777_217, .leastNonzeroMagnitude,
    ]
    let found = try values("F64", count: doubles.count, bytes(doubles.map(\.bitPattern)))
    #expect(found == doubles.map { Float($0) })
    #expect(found[1].sign == .minus)
  }

  @Test func `other types are refused by name`() throws {
    for element in SafetensorsElement.allCases where !SafetensorsElement.readable.contains(element) {
      let error = #expect(throws: SafetensorsError.self) {
        try values(element.rawValue, count: 2, [UInt8](repeating: 0, count: 2 * element.byteCount))
      }
      #expect(error?.field == "dtype" && error?.description.contains("\"\(element.rawValue)\"") == true)
    }
  }

  @Test func `every bit of a float survives`() throws {
    var random = RandomStream(seed: 5, purpose: .testing)
    var bits: [UInt32] = [
      0, 0x8000_0000, 1, 0x8000_0001, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0x7F80_0000, 0xFF80_0000,
      0x7FC0_0000,
      0x7F80_0001, 0xFFFF_FFFF, 0x7FBF_1234,
    ]
    bits += (0..<10_000).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    let tensors = [
      NamedValues(name: "empty", shape: [3, 0], values: []),
      NamedValues(name: "scalar", shape: [], values: [1.5]),
      NamedValues(name: "bits", shape: [1, bits.count], values: bits.map { Float(bitPattern: $0) }),
      NamedValues(name: "a \"name\"\nwith\\all/é\u{0}\u{1F600}", shape: [1], values: [-0.0]),
    ]
    let metadata = [("zebra", "\"\\\n\u{1}é"), ("apple", ""), ("", "empty name")]
    let writer = try SafetensorsWriter(metadata: metadata, tensors: tensors)
    let again = try SafetensorsWriter(metadata: metadata, tensors: tensors)
    #expect(writer.bytes == again.bytes)
    #expect(writer.header.count % 8 == 0)
    let file = try SafetensorsFile(writer.bytes)
    #expect(file.metadata == ["zebra": "\"\\\n\u{1}é", "apple": "", "": "empty name"])
    #expect(file.entries.map(\.name) == tensors.map(\.name))
    for (entry, tensor) in zip(file.entries, tensors) {
      #expect(entry.shape == tensor.shape && entry.element == .float32)
      #expect(try file.values(of: entry).map(\.bitPattern) == tensor.values.map(\.bitPattern))
    }
  }

  @Test func `the writer's bytes are these and no others`() throws {
    let writer = try SafetensorsWriter(
      metadata: [("b", "x"), ("a", "y")],
      tensors: [
        NamedValues(name: "t", shape: [2, 1], values: [1, -2]),
        NamedValues(name: "s", shape: [1], values: [0.5]),
      ])
    let json =
      #"{"__metadata__":{"b":"x","a":"y"},"t":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
      + #""s":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#
    let padded = json + String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
    #expect(writer.bytes == RawSafetensors.bytes(padded, data: [0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 0, 63]))
  }

  @Test func `the writer refuses what no reader would take`() {
    func refuse(_ metadata: [(String, String)], _ tensors: [NamedValues], field: String) {
      let error = #expect(throws: SafetensorsError.self) {
        try SafetensorsWriter(metadata: metadata.map { ($0.0, $0.1) }, tensors: tensors)
      }
      #expect(error?.field == field)
    }
    let one = NamedValues(name: "a", shape: [1], values: [1])
    refuse([], [one, one], field: "name")
    refuse([("a", "1"), ("a", "2")], [], field: "__metadata__")
    refuse([], [NamedValues(name: "__metadata__", shape: [1], values: [1])], field: "name")
    refuse([], [NamedValues(name: "a", shape: [2], values: [1])], field: "shape")
    refuse([], [NamedValues(name: "a", shape: [-1, -1], values: [1])], field: "shape")
    refuse([], [NamedValues(name: "a", shape: [Int](repeating: 1, count: 65), values: [1])], field: "shape")
    refuse([("a", String(repeating: "x", count: 32_000_001))], [], field: "header length")
  }
}
