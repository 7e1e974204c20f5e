import CZlib

/// Unpacks what zlib packed, to a size that is known before.
package enum Zlib {
  /// Nil where the bytes do not unpack, or to another count.
  package static func inflate(_ bytes: [UInt8], count: Int) -> [UInt8]? {
    var isWhole = false
    let contents = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      var size = uLongf(count)
      // zlib writes at most `size` bytes, and says how many it wrote.
      let status = uncompress(buffer.baseAddress, &size, bytes, uLong(bytes.count))
      isWhole = status == Z_OK && size == uLongf(count)
      filled = status == Z_OK ? Int(size) : 0
    }
    return isWhole ? contents : nil
  }
}
