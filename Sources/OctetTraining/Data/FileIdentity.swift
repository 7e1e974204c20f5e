import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Which file or folder something is, whatever path or link leads to it.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64

  package init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// Of what is at `path`, after following links; nil if there is nothing, or it may not be looked at.
  package init?(ofPath path: String) {
    var status = stat()
    guard !path.utf8.contains(0), path.withFileName({ stat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }
}
