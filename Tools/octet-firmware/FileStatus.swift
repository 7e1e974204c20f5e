#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether a path leads anywhere.
enum FileStatus {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
