#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Time that the calling thread has had a processor, so that other programs on the machine disturb little.
enum ProcessorClock {
  /// In nanoseconds.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Time since the machine started, which is faster to ask for.
  static var wall: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

/// Several measurements of one thing: the middle one, and how far they spread.
struct Timings {
  private let sorted: [Double]

  /// At least one.
  init(_ values: [Double]) { sorted = values.sorted() }

  var least: Double { sorted[0] }
  var median: Double { sorted[sorted.count / 2] }
  var most: Double { sorted[sorted.count - 1] }
}
