import Dispatch
import Synchronization

/// Runs the items of a loop on several cores.
///
/// What an item computes never depends on how many cores there are or on which of them ran it, so results are the
/// same bits with any number of workers.
package final class Workers: @unchecked Sendable {
  // Unchecked: `scratch` is indexed by strand, and one strand runs on one thread at a time.

  package let count: Int
  private let scratch: UnsafeMutablePointer<Scratch>

  private struct Scratch {
    var base: UnsafeMutablePointer<Float>?
    var count = 0
  }

  package init(count: Int) {
    self.count = max(count, 1)
    scratch = .allocate(capacity: self.count)
    scratch.initialize(repeating: Scratch(), count: self.count)
  }

  deinit {
    for strand in 0..<count { scratch[strand].base?.deallocate() }
    scratch.deinitialize(count: count)
    scratch.deallocate()
  }

  /// Calls `body` once for each item. The second argument is the strand, for `scratch(strand:count:)`.
  package func forEach(_ items: Int, _ body: (_ item: Int, _ strand: Int) -> Void) {
    guard items > 1, count > 1 else {
      for item in 0..<items { body(item, 0) }
      return
    }
    let next = Atomic<Int>(0)
    // Safe to share: the strands are gone when this call returns, and items write to places of their own.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: min(count, items)) { strand in
      while true {
        let item = next.add(1, ordering: .relaxed).oldValue
        if item >= items { return }
        body(item, strand)
      }
    }
  }

  /// Splits `0..<total` into pieces of `size` and calls `body` for each.
  package func forEachPiece(of total: Int, size: Int, _ body: (_ piece: Range<Int>, _ strand: Int) -> Void) {
    forEach((total + size - 1) / size) { item, strand in
      body(item * size..<min((item + 1) * size, total), strand)
    }
  }

  /// Working memory of one strand, of undefined content, valid until the strand asks again.
  package func scratch(strand: Int, count: Int) -> UnsafeMutablePointer<Float> {
    if let base = scratch[strand].base, scratch[strand].count >= count { return base }
    scratch[strand].base?.deallocate()
    let base = allocateFloats(count)
    scratch[strand] = Scratch(base: base, count: count)
    return base
  }
}

/// Zeroed floats that start on a cache line.
package func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let room = max(count, 1)
  let raw = UnsafeMutableRawPointer.allocate(byteCount: room * MemoryLayout<Float>.stride, alignment: 64)
  let floats = raw.bindMemory(to: Float.self, capacity: room)
  floats.initialize(repeating: 0, count: room)
  return floats
}
