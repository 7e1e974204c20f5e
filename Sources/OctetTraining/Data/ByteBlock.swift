/// Bytes in memory that starts at a multiple of 64 and never moves, kept as long as the object.
package final class ByteBlock: Sendable {
  // Never changes after it was filled, and lives as long as the object.
  nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer
  package let count: Int

  /// - Parameter fill: writes from the start, and says how many bytes it wrote.
  init(size: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) {
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 64)
    memory = whole
    count = fill(UnsafeMutableRawBufferPointer(rebasing: whole[..<size]))
  }

  convenience init(_ bytes: [UInt8]) {
    self.init(size: bytes.count) { memory in
      memory.copyBytes(from: bytes)
      return bytes.count
    }
  }

  deinit { memory.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}
