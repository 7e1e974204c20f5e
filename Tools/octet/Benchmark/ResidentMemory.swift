#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
