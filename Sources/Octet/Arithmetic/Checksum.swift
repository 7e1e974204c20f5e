/// CRC-32 as in zlib, four bits at a time: a table of 64 bytes, at home in the smallest flash. Hosts take eight bytes
/// at a time first, as a program that starts for one picture spends a good part of its time here.
package struct Checksum: Sendable {
  var state: UInt32 = 0xFFFF_FFFF

  private static let table: InlineArray<16, UInt32> = [
    0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
    0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
  ]

  package init() {}

  package var value: UInt32 { ~state }

  package mutating func add(_ bytes: RawSpan) {
    #if hasFeature(Embedded)
      let done = 0
    #else
      let done = addEights(bytes)
    #endif
    var state = self.state
    for index in done..<bytes.byteCount {
      state ^= UInt32(bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
      state = (state &>> 4) ^ Self.table[Int(state & 15)]
      state = (state &>> 4) ^ Self.table[Int(state & 15)]
    }
    self.state = state
  }
}
