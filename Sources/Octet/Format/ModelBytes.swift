/// The bytes of a file, read in place.
///
/// Safe because every offset comes from the loader's arithmetic, which has compared it with `count` before, and because
/// the start is aligned to 4 bytes, as are all fields that are read as 32 bits and all even offsets read as 16.
struct ModelBytes: @unchecked Sendable {
  let start: UnsafeRawPointer
  let count: UInt32

  @inline(__always) func byte(_ offset: UInt32) -> UInt8 {
    start.load(fromByteOffset: Int(offset), as: UInt8.self)
  }

  @inline(__always) func half(_ offset: UInt32) -> UInt16 {
    UInt16(littleEndian: start.load(fromByteOffset: Int(offset), as: UInt16.self))
  }

  @inline(__always) func word(_ offset: UInt32) -> UInt32 {
    UInt32(littleEndian: start.load(fromByteOffset: Int(offset), as: UInt32.self))
  }

  @inline(__always) func pointer(_ offset: UInt32) -> UnsafeRawPointer { start + Int(offset) }

  /// Whether `length` bytes from `offset` lie inside; no sum can overflow.
  @inline(__always) func holds(_ offset: UInt32, _ length: UInt32) -> Bool {
    length <= count && offset <= count - length
  }
}
