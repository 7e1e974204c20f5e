/// The bytes of a file or of one of its records, read in place.
///
/// Safe because every offset comes from the loader's arithmetic, which has compared it with the file's length before;
/// because plans that are still to become a file keep their records as long as they are used; and because files and
/// records start at a multiple of 4, as do all fields that are read as 32 bits, and at even offsets those read as 16.
package struct ModelBytes: @unchecked Sendable {
  let start: UnsafeRawPointer

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

  @inline(__always) func pointer(_ offset: UInt32) -> UnsafeRawPointer { start + Int(offset) }

  /// Weights and tables.
  @inline(__always) func signed(_ offset: UInt32) -> UnsafePointer<Int8> {
    pointer(offset).assumingMemoryBound(to: Int8.self)
  }

  /// Biases and multipliers; `offset` is a multiple of 4.
  @inline(__always) func words(_ offset: UInt32) -> UnsafePointer<Int32> {
    pointer(offset).assumingMemoryBound(to: Int32.self)
  }
}
