import CProcessor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The caches of the processor.
enum ProcessorCache {
  /// Bytes of the first data cache; 32 KB where the system does not say.
  static var firstBytes: Int {
    #if os(Linux)
      let bytes = sysconf(Int32(_SC_LEVEL1_DCACHE_SIZE))
      return bytes > 0 ? bytes : 32_768
    #else
      return 32_768
    #endif
  }
}

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

/// Binds a thread to a processor while it measures: left alone, the system may let two threads share one of two
/// processors for as long as a measurement lasts.
enum ProcessorPlace {
  /// Calls `body` bound to one of the processors that the program may use, counted around and around.
  static func run(on index: Int, _ body: () -> Void) {
    let before = octet_bind_thread(Int32(index))
    body()
    octet_free_thread(before)
  }
}

/// The part of this process that lies in memory and is its own.
///
/// Pages of files are left out: how many of the program's the system has at hand at the moment says nothing about a
/// model.
enum ResidentMemory {
  /// Nil where the system does not say.
  static var bytes: Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    // In pages: the size of the whole, what is in memory, and what of that belongs to files.
    let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    guard words.count > 2, let pages = Int(words[1]), let shared = Int(words[2]) else { return nil }
    return (pages - shared) * sysconf(Int32(_SC_PAGESIZE))
  }
}
