import Synchronization

/// Processes items that come in an order on several threads, and delivers the results in that order.
///
/// A thread takes a batch of items, processes them and delivers them; the thread that delivers the next batch in order
/// also delivers those that were waiting for it. So reading, processing and writing overlap. Memory is bounded by a
/// window of batches: while one takes long, the others get no further ahead than that.
package final class OrderedWork<Place>: @unchecked Sendable {
  // Unchecked: a place is used by the thread that took it, then under `outlet`, then taken again under `intake`.

  private struct Batch {
    /// Items in it; changed under `intake`.
    var count = 0
    /// Changed under `outlet`.
    var isFinished = false
  }

  private let places: UnsafeMutableBufferPointer<Place>
  /// Of the window.
  private let batches: UnsafeMutableBufferPointer<Batch>
  /// Items in a batch.
  private let size: Int
  private let empty: Place

  private let intake = Mutex(())
  private let outlet = Mutex(())

  // Changed under `intake`.
  private var isExhausted = false
  /// How many places are initialized; a run of one file needs no more than two.
  private var prepared = 0

  // Changed under `outlet`.
  private var sinceFlush = 0
  private var failure: (any Error)?

  // Also read under the other lock.
  private let taken = Atomic<Int>(0)
  private let delivered = Atomic<Int>(0)
  private let hasFailed = Atomic<Bool>(false)

  /// Items after which results are flushed, if there is no reason to do so earlier.
  private static var flushed: Int { 256 }

  /// - Parameters:
  ///   - batch: items in a batch; small balances the load, large saves locking.
  ///   - window: batches in the window.
  package init(batch: Int, window: Int, empty: Place) {
    size = batch
    batches = .allocate(capacity: window)
    batches.initialize(repeating: Batch())
    places = .allocate(capacity: batch * window)
    self.empty = empty
  }

  deinit {
    places.baseAddress?.deinitialize(count: prepared)
    places.deallocate()
    batches.deallocate()
  }

  /// Processes all items.
  ///
  /// - Parameters:
  ///   - fill: gets the next item; false after the last one. Called by one thread at a time, in order.
  ///   - work: processes an item. Called by all threads.
  ///   - finish: delivers an item. Called by one thread at a time, in order. When it throws, no more items are taken.
  ///     The place is `inout`, as a copy would retain everything that it holds.
  ///   - flush: called by one thread at a time, every now and then, and whenever no batch is in progress.
  package func run(
    _ workers: Workers, fill: (inout Place) -> Bool, work: (inout Place, _ worker: Int) -> Void,
    finish: (inout Place) throws -> Void, flush: () throws -> Void
  ) throws {
    // Safe to share: no thread runs any more when `forEach` returns, and the locks exclude what must not overlap.
    nonisolated(unsafe) let (fill, work, finish, flush) = (fill, work, finish, flush)
    repeat {
      workers.forEach(workers.count) { _, worker in
        while let batch = self.take(fill) {
          for place in 0..<self.batches[batch].count {
            work(&self.places[batch * self.size + place], worker)
          }
          self.deliver(batch, finish, flush)
        }
      }
    } while !isExhausted && failure == nil
    if let failure { throw failure }
  }

  /// The index of a batch that was filled; nil if there is nothing to take, for now or at all.
  private func take(_ fill: (inout Place) -> Bool) -> Int? {
    intake.withLock { _ in
      let number = taken.load(ordering: .relaxed)
      guard !isExhausted, !hasFailed.load(ordering: .relaxed),
        number - delivered.load(ordering: .acquiring) < batches.count
      else { return nil }
      let batch = number % batches.count
      var count = 0
      while count < size {
        let place = batch * size + count
        if place >= prepared {
          places.initializeElement(at: place, to: empty)
          prepared = place + 1
        }
        guard fill(&places[place]) else { break }
        count += 1
      }
      isExhausted = count < size
      guard count > 0 else { return nil }
      batches[batch].count = count
      taken.store(number + 1, ordering: .releasing)
      return batch
    }
  }

  private func deliver(
    _ batch: Int, _ finish: (inout Place) throws -> Void, _ flush: () throws -> Void
  ) {
    outlet.withLock { _ in
      guard failure == nil else { return }
      batches[batch].isFinished = true
      var number = delivered.load(ordering: .relaxed)
      do {
        while batches[number % batches.count].isFinished {
          let next = number % batches.count
          batches[next].isFinished = false
          let count = batches[next].count
          for place in 0..<count { try finish(&places[next * size + place]) }
          sinceFlush += count
          number += 1
          delivered.store(number, ordering: .releasing)
        }
        if sinceFlush >= Self.flushed || number == taken.load(ordering: .acquiring) {
          sinceFlush = 0
          try flush()
        }
      } catch {
        failure = error
        hasFailed.store(true, ordering: .relaxed)
      }
    }
  }
}
