import OctetHost
import Synchronization
import Testing

struct OrderedWorkTests {
  private struct Place {
    var number = -1
    var result = -1
  }

  /// Work whose length has nothing to do with its place.
  private static func mixed(_ number: Int) -> Int {
    var value = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
    for _ in 0..<(value >> 57) * 40 { value ^= value << 13; value ^= value >> 7; value ^= value << 17 }
    return Int(truncatingIfNeeded: value)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65, 1_000])
  func `everything is worked on once and finished in order`(count: Int) throws {
    for (threads, batch, window) in [(1, 8, 2), (2, 1, 1), (2, 3, 2), (4, 8, 4), (7, 1, 50)] {
      var next = 0
      var finished: [Int] = []
      var flushedUpTo = 0
      let worked = Atomic<Int>(0)
      let work = OrderedWork(batch: batch, window: window, empty: Place())
      try work.run(
        Workers(count: threads),
        fill: { place in
          // No thread is ahead of the first unfinished item by more than the window.
          #expect(next - finished.count < batch * window || count == 0)
          guard next < count else { return false }
          place.number = next
          next += 1
          return true
        },
        work: { place, worker in
          #expect((0..<threads).contains(worker))
          worked.add(1, ordering: .relaxed)
          place.result = Self.mixed(place.number)
        },
        finish: { place in
          #expect(place.result == Self.mixed(finished.count))
          finished.append(place.number)
        },
        flush: { flushedUpTo = finished.count })
      #expect(finished == Array(0..<count))
      #expect(worked.load(ordering: .relaxed) == count)
      #expect(flushedUpTo == count)
    }
  }

  private enum Refusal: Error { case finish, flush }

  @Test(arguments: [1, 2, 5])
  func `a failure ends the run and nothing after it is finished`(threads: Int) {
    var next = 0
    var finished = 0
    let work = OrderedWork(batch: 4, window: 8, empty: Place())
    #expect(throws: Refusal.finish) {
      try work.run(
        Workers(count: threads),
        fill: { place in
          place.number = next
          next += 1
          return true
        },
        work: { place, _ in place.result = Self.mixed(place.number) },
        finish: { place in
          if place.number == 100 { throw Refusal.finish }
          finished += 1
        },
        flush: {})
    }
    #expect(finished == 100)
    #expect(next <= 100 + 4 * 8 + 4)
    var refusals = 0
    #expect(throws: Refusal.flush) {
      try OrderedWork(batch: 4, window: 8, empty: Place()).run(
        Workers(count: threads), fill: { _ in true }, work: { _, _ in },
        finish: { _ in #expect(refusals == 0) },
        flush: {
          refusals += 1
          throw Refusal.flush
        })
    }
    #expect(refusals == 1)
  }

  @Test
  func `what is finished is shown before anything is waited for`() throws {
    // One thing at a time, as paths that a user types: each has been shown before the next is asked for.
    var shown = 0
    var finished = 0
    var asked = 0
    let work = OrderedWork(batch: 1, window: 4, empty: Place())
    try work.run(
      Workers(count: 1),
      fill: { place in
        #expect(shown == asked)
        asked += 1
        return asked <= 20
      },
      work: { _, _ in }, finish: { _ in finished += 1 }, flush: { shown = finished })
    #expect(shown == 20)
  }
}
