/// The sums that HDF5 keeps beside its structures and its chunks.
enum HDF5Checksum {
  /// Jenkins' lookup3, which stands behind every structure of the newer forms.
  ///
  /// All additions and subtractions are meant to wrap.
  static func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
    var (b, c) = (a, a)
    var place = bytes.startIndex
    var left = bytes.count

    /// Up to four bytes as a little-endian number; what lies behind the end counts as zero.
    func word(_ offset: Int) -> UInt32 {
      var value: UInt32 = 0
      for byte in 0..<max(0, min(4, left - offset)) {
        value |= UInt32(bytes[place + offset + byte]) << UInt32(8 * byte)
      }
      return value
    }
    func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }

    while left > 12 {
      a &+= word(0)
      b &+= word(4)
      c &+= word(8)
      a = (a &- c) ^ rotated(c, 4)
      c &+= b
      b = (b &- a) ^ rotated(a, 6)
      a &+= c
      c = (c &- b) ^ rotated(b, 8)
      b &+= a
      a = (a &- c) ^ rotated(c, 16)
      c &+= b
      b = (b &- a) ^ rotated(a, 19)
      a &+= c
      c = (c &- b) ^ rotated(b, 4)
      b &+= a
      place += 12
      left -= 12
    }
    guard left > 0 else { return c }
    a &+= word(0)
    b &+= word(4)
    c &+= word(8)
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    return (c ^ b) &- rotated(b, 24)
  }

  /// Fletcher's sum of 16-bit words, the high byte first, which the filter of that name puts behind a chunk.
  static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var low: UInt32 = 0
    var high: UInt32 = 0
    var place = bytes.startIndex
    while place < bytes.endIndex {
      // At most 360 words of 16 bits keep the second sum below 2^32.
      let end = min(place + 720, bytes.endIndex)
      while place < end {
        low += UInt32(bytes[place]) << 8 | (place + 1 < bytes.endIndex ? UInt32(bytes[place + 1]) : 0)
        high += low
        place += 2
      }
      low = (low & 0xFFFF) + (low >> 16)
      high = (high & 0xFFFF) + (high >> 16)
    }
    low = (low & 0xFFFF) + (low >> 16)
    high = (high & 0xFFFF) + (high >> 16)
    return high << 16 | low
  }
}
