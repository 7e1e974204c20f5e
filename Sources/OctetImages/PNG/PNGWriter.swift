/// Writes pictures of 8 bits, gray or in color, as PNG.
///
/// The pixels are stored, not compressed: a picture of 28x28 has 880 bytes, less than the block that a disk gives to a
/// file, and the same picture gives the same bytes with every version of zlib and on every machine.
package enum PNGWriter {
  /// The longest run of bytes that a stored block of deflate can hold.
  private static let longestBlock = 65_535

  /// The most pixels of a picture.
  package static let largestCount = 1 << 28

  /// - Parameters:
  ///   - channels: 1 for gray, 3 for red, green and blue.
  ///   - pixels: `height x width x channels` values, row by row.
  package static func encode(
    width: Int, height: Int, channels: Int = 1, pixels: Span<UInt8>
  ) -> [UInt8] {
    precondition(
      width > 0 && height > 0 && width <= largestCount && height <= largestCount
        && (channels == 1 || channels == 3) && width * height * channels <= largestCount
        && pixels.count == width * height * channels, "a byte for each channel of each pixel")
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    var header: [UInt8] = []
    appendBigEndian(UInt32(width), to: &header)
    appendBigEndian(UInt32(height), to: &header)
    // 8 bits, gray or color, deflate, the one way of filtering, not interlaced.
    header += [8, channels == 1 ? 0 : 2, 0, 0, 0]
    appendChunk((0x49, 0x48, 0x44, 0x52), header, to: &file)
    appendChunk(
      (0x49, 0x44, 0x41, 0x54), stored(rowBytes: width * channels, height: height, pixels: pixels), to: &file)
    appendChunk((0x49, 0x45, 0x4E, 0x44), [], to: &file)
    return file
  }

  /// A zlib stream of the rows, each behind a zero that says that it is not filtered.
  private static func stored(rowBytes: Int, height: Int, pixels: Span<UInt8>) -> [UInt8] {
    let total = (rowBytes + 1) * height
    var stream: [UInt8] = [0x78, 0x01]
    stream.reserveCapacity(total + total / longestBlock * 5 + 16)
    // Adler-32, whose two sums stay below 2^16 as each step reduces them.
    var (sum, sumOfSums): (UInt32, UInt32) = (1, 0)
    var blockEnd = 0
    for place in 0..<total {
      if place == blockEnd {
        let length = min(longestBlock, total - place)
        blockEnd = place + length
        stream.append(blockEnd == total ? 1 : 0)
        appendLittleEndian(UInt16(length), to: &stream)
        appendLittleEndian(~UInt16(length), to: &stream)
      }
      let (row, column) = place.quotientAndRemainder(dividingBy: rowBytes + 1)
      let byte = column == 0 ? 0 : pixels[row * rowBytes + column - 1]
      stream.append(byte)
      sum = (sum + UInt32(byte)) % 65_521
      sumOfSums = (sumOfSums + sum) % 65_521
    }
    appendBigEndian(sumOfSums << 16 | sum, to: &stream)
    return stream
  }

  private static func appendChunk(
    _ name: (UInt8, UInt8, UInt8, UInt8), _ data: [UInt8], to file: inout [UInt8]
  ) {
    // The limit on the pixels keeps this below the 2^31 that a chunk may have.
    appendBigEndian(UInt32(data.count), to: &file)
    let start = file.count
    file += [name.0, name.1, name.2, name.3]
    file += data
    appendBigEndian(checksum(file[start...]), to: &file)
  }

  /// CRC-32 as PNG and zlib have it.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum = checksums[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8)
    }
    return ~sum
  }

  /// The effect of each byte on the sum.
  private static let checksums: [UInt32] = {
    var table: [UInt32] = []
    for byte in UInt32(0)..<256 {
      var sum = byte
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
      table.append(sum)
    }
    return table
  }()

  private static func appendBigEndian(_ value: UInt32, to bytes: inout [UInt8]) {
    for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  private static func appendLittleEndian(_ value: UInt16, to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: value))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
  }
}
