import Synchronization

/// Work on things that come in an order, by several strands at once, with the results in the order again.
///
/// A strand takes a portion of things, works on them, and hands them over; whoever hands over what comes next also hands over
/// what was waiting for it. So reading, working and writing all happen while other strands work. Memory is for a window of
/// things: where one takes long, the others run ahead of it no further.
package final class OrderedWork<Place>: @unchecked Sendable {
  // Unchecked: a place is touched by the strand that took it, then under `outlet`, then taken anew under `intake`.

  private struct Portion {
    /// Things in it; changed under `intake`.
    var count = 0
    /// Changed under `outlet`.
    var isFinished = false
  }

  private let places: UnsafeMutableBufferPointer<Place>
  /// Of the window.
  private let portions: UnsafeMutableBufferPointer<Portion>
  /// Things in a portion.
  private let size: Int
  private let empty: Place

  private let intake = Mutex(())
  private let outlet = Mutex(())

  // Changed under `intake`.
  private var isExhausted = false
  /// So many places have been made; a run of one file needs no more than two of them.
  private var prepared = 0

  // Changed under `outlet`.
  private var sinceFlush = 0
  private var failure: (any Error)?

  // Read under the other one too.
  private let taken = Atomic<Int>(0)
  private let delivered = Atomic<Int>(0)
  private let hasFailed = Atomic<Bool>(false)

  /// Things after which results are shown, if there is no reason to do so earlier.
  private static var flushed: Int { 256 }

  /// - Parameters:
  ///   - portion: so few things that strands end together, so many that handing over takes little of the time.
  ///   - window: portions.
  package init(portion: Int, window: Int, empty: Place) {
    size = portion
    portions = .allocate(capacity: window)
    portions.initialize(repeating: Portion())
    places = .allocate(capacity: portion * window)
    self.empty = empty
  }

  deinit {
    places.baseAddress?.deinitialize(count: prepared)
    places.deallocate()
    portions.deallocate()
  }

  /// Does it all.
  ///
  /// - Parameters:
  ///   - fill: the next thing; false after the last one. By one strand at a time, in order.
  ///   - work: by all strands.
  ///   - finish: by one strand at a time, in order. When it fails, nothing more is taken. The place is handed over to change, as
  ///     a copy would touch everything that it holds.
  ///   - flush: by one strand at a time, every now and then, and always when nothing is under way.
  package func run(
    _ workers: Workers, fill: (inout Place) -> Bool, work: (inout Place, _ strand: Int) -> Void,
    finish: (inout Place) throws -> Void, flush: () throws -> Void
  ) throws {
    // Safe to share: the strands are gone when `forEach` returns, and the locks keep those apart that need it.
    nonisolated(unsafe) let (fill, work, finish, flush) = (fill, work, finish, flush)
    repeat {
      workers.forEach(workers.count) { _, strand in
        while let portion = self.take(fill) {
          for place in 0..<self.portions[portion].count {
            work(&self.places[portion * self.size + place], strand)
          }
          self.deliver(portion, finish, flush)
        }
      }
    } while !isExhausted && failure == nil
    if let failure { throw failure }
  }

  /// A portion of the window that was filled; nil where there is nothing more to take, for now or for good.
  private func take(_ fill: (inout Place) -> Bool) -> Int? {
    intake.withLock { _ in
      let number = taken.load(ordering: .relaxed)
      guard !isExhausted, !hasFailed.load(ordering: .relaxed),
        number - delivered.load(ordering: .acquiring) < portions.count
      else { return nil }
      let portion = number % portions.count
      var count = 0
      while count < size {
        let place = portion * size + count
        if place >= prepared {
          places.initializeElement(at: place, to: empty)
          prepared = place + 1
        }
        guard fill(&places[place]) else { break }
        count += 1
      }
      isExhausted = count < size
      guard count > 0 else { return nil }
      portions[portion].count = count
      taken.store(number + 1, ordering: .releasing)
      return portion
    }
  }

  private func deliver(
    _ portion: Int, _ finish: (inout Place) throws -> Void, _ flush: () throws -> Void
  ) {
    outlet.withLock { _ in
      guard failure == nil else { return }
      portions[portion].isFinished = true
      var number = delivered.load(ordering: .relaxed)
      do {
        while portions[number % portions.count].isFinished {
          let next = number % portions.count
          portions[next].isFinished = false
          let count = portions[next].count
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
