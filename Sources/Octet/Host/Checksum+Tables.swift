#if !hasFeature(Embedded)
  /// Tables for eight bytes at a time: entry `k * 256 + b` is what byte `b` does to the check sum when `k` more follow.
  private let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var state = UInt32(byte)
      for _ in 0..<8 { state = (state &>> 1) ^ (state & 1 == 0 ? 0 : 0xEDB8_8320) }
      tables[byte] = state
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = (before &>> 8) ^ tables[Int(before & 255)]
    }
    return tables
  }()

  extension Checksum {
    /// Takes in as many bytes from the start as make whole eights, and says how many those are.
    mutating func addEights(_ bytes: RawSpan) -> Int {
      let end = bytes.byteCount & ~7
      var state = self.state
      tables.withUnsafeBufferPointer { table in
        var offset = 0
        while offset < end {
          let low =
            state
            ^ UInt32(
              littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
          let high = UInt32(
            littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ 4, as: UInt32.self))
          state =
            table[1792 &+ Int(low & 255)] ^ table[1536 &+ Int((low &>> 8) & 255)]
            ^ table[1280 &+ Int((low &>> 16) & 255)] ^ table[1024 &+ Int(low &>> 24)]
            ^ table[768 &+ Int(high & 255)] ^ table[512 &+ Int((high &>> 8) & 255)]
            ^ table[256 &+ Int((high &>> 16) & 255)] ^ table[Int(high &>> 24)]
          offset &+= 8
        }
      }
      self.state = state
      return end
    }
  }
#endif
