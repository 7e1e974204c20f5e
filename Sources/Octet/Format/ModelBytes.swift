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

  /// Weights and tables.
  @inline(__always) func signed(_ offset: UInt32) -> UnsafePointer<Int8> {
    pointer(offset).assumingMemoryBound(to: Int8.self)
  }

  /// Biases and multipliers; `offset` is a multiple of 4.
  @inline(__always) func words(_ offset: UInt32) -> UnsafePointer<Int32> {
    pointer(offset).assumingMemoryBound(to: Int32.self)
  }

  /// Whether `length` bytes from `offset` lie inside; no sum can overflow.
  @inline(__always) func holds(_ offset: UInt32, _ length: UInt32) -> Bool {
    length <= count && offset <= count - length
  }
}

/// The bytes of a record, in a file or in a plan that is still to become one.
///
/// Safe because the loader has found that the file holds all records, because plans keep theirs as long as they are
/// used, and because records start at a multiple of 4 and fields at a multiple of their size.
package struct RecordBytes: @unchecked Sendable {
  private let start: UnsafeRawPointer

  @inline(__always)
  package init(_ start: UnsafeRawPointer) { self.start = start }

  @inline(__always) func byte(_ offset: UInt32) -> UInt8 {
    start.load(fromByteOffset: Int(offset), as: UInt8.self)
  }

  @inline(__always) func half(_ offset: UInt32) -> UInt16 {
    UInt16(littleEndian: start.load(fromByteOffset: Int(offset), as: UInt16.self))
  }

  @inline(__always) func word(_ offset: UInt32) -> UInt32 {
    UInt32(littleEndian: start.load(fromByteOffset: Int(offset), as: UInt32.self))
  }
}
