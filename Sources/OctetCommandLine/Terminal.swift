#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is at the other end of standard output or standard error.
package struct Terminal: Sendable {
  private let descriptor: Int32
  private let variable: @Sendable (String) -> String?

  package static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
  package static let standardError = Terminal(descriptor: STDERR_FILENO)

  /// `variable` looks up environment variables.
  package init(
    descriptor: Int32,
    variable: @escaping @Sendable (String) -> String? = { getenv($0).map { String(cString: $0) } }
  ) {
    self.descriptor = descriptor
    self.variable = variable
  }

  /// Whether text can be redrawn in place: a terminal, and not one that calls itself dumb.
  package var isInteractive: Bool {
    isatty(descriptor) == 1 && variable("TERM") != "dumb"
  }

  /// Whether text may be coloured (see no-color.org).
  package var allowsColor: Bool {
    isInteractive && (variable("NO_COLOR") ?? "").isEmpty
  }

  /// How wide what is written may be; nil where it goes to a file or to a program.
  package var columns: Int? { isInteractive ? max(width, 20) : nil }

  /// In columns. Asked anew each time, since windows are resized.
  package var width: Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return variable("COLUMNS").flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 80
  }
}
