#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is at the other end of standard output or standard error.
package struct Terminal: Sendable {
  private let descriptor: Int32

  package static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
  package static let standardError = Terminal(descriptor: STDERR_FILENO)

  /// Whether text can be redrawn in place: a terminal, and not one that calls itself dumb.
  package var isInteractive: Bool {
    isatty(descriptor) == 1 && Terminal.environment("TERM") != "dumb"
  }

  /// Whether text may be coloured (see no-color.org).
  package var allowsColor: Bool {
    isInteractive && (Terminal.environment("NO_COLOR") ?? "").isEmpty
  }

  /// In columns. Asked anew each time, since windows are resized.
  package var width: Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return Terminal.environment("COLUMNS").flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
