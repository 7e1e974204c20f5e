import Dispatch
import Synchronization

/// Runs the items of a loop on several cores.
///
/// The result of an item does not depend on the number of cores or on the core that ran it, so results have the same
/// bits with any number of workers.
package final class Workers: @unchecked Sendable {
  // Unchecked: `scratch` is indexed by worker, and a worker runs on one thread at a time.

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
    for worker in 0..<count { scratch[worker].base?.deallocate() }
    scratch.deinitialize(count: count)
    scratch.deallocate()
  }

  /// Calls `body` once for each item. The second argument is the worker, for `scratch(worker:count:)`.
  package func forEach(_ items: Int, _ body: (_ item: Int, _ worker: Int) -> Void) {
    guard items > 1, count > 1 else {
      for item in 0..<items { body(item, 0) }
      return
    }
    let next = Atomic<Int>(0)
    // Safe to share: no worker runs any more when this call returns, and each item writes to its own places.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: min(count, items)) { worker in
      while true {
        let item = next.add(1, ordering: .relaxed).oldValue
        if item >= items { return }
        body(item, worker)
      }
    }
  }

  /// Splits `0..<total` into pieces of `size` and calls `body` for each.
  package func forEachPiece(of total: Int, size: Int, _ body: (_ piece: Range<Int>, _ worker: Int) -> Void) {
    forEach((total + size - 1) / size) { item, worker in
      body(item * size..<min((item + 1) * size, total), worker)
    }
  }

  /// Scratch memory of one worker with undefined contents, valid until this worker calls again.
  package func scratch(worker: Int, count: Int) -> UnsafeMutablePointer<Float> {
    if let base = scratch[worker].base, scratch[worker].count >= count { return base }
    scratch[worker].base?.deallocate()
    let base = allocateFloats(count)
    scratch[worker] = Scratch(base: base, count: count)
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
