#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How many files a program may have open at once.
///
/// Looked at before any work: the system's thread library stops the program where it gets no descriptor, and a file
/// that is there would be reported as one that cannot be opened.
package enum OpenFiles {
  /// Enough for everything but threads that each read files: streams, a model, a page, folders in folders.
  package static let usual = 16

  #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif

  /// Throws unless `count` more files can be opened. The limit is raised for that, as far as the system allows.
  package static func require(_ count: Int) throws(TooFewOpenFiles) {
    var limit = rlimit()
    // This many more than needed are certainly free, whatever the caller left open.
    guard getrlimit(Self.resource, &limit) == 0, limit.rlim_cur < rlim_t(count + 256), !areFree(count) else {
      return
    }
    let granted = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    guard granted < limit.rlim_max, setrlimit(Self.resource, &limit) == 0, areFree(count) else {
      throw TooFewOpenFiles(limit: Int(clamping: limit.rlim_max), wanted: count)
    }
  }

  /// Whether so many descriptors can be had, which are given back.
  private static func areFree(_ count: Int) -> Bool {
    var descriptors: [Int32] = []
    while descriptors.count < count {
      let descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
      guard descriptor >= 0 else { break }
      descriptors.append(descriptor)
    }
    for descriptor in descriptors { close(descriptor) }
    return descriptors.count == count
  }
}

package struct TooFewOpenFiles: Error, CustomStringConvertible {
  let limit: Int
  let wanted: Int

  package var description: String {
    "only \(limit) files may be open at once, and \(wanted) more are needed: raise the limit (ulimit -n)"
  }
}
