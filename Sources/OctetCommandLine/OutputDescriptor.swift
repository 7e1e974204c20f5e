#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why text could not be written.
package enum OutputError: Error, Equatable, CustomStringConvertible {
  /// The reader closed the pipe, as `head` does. Not a failure: the program stops without a word.
  case readerLeft
  case failed(name: String, reason: String)

  package var description: String {
    switch self {
    case .readerLeft: "nobody reads the output any more"
    case .failed(let name, let reason): "cannot write to \(name): \(reason)"
    }
  }
}

/// An open file descriptor that takes text, unbuffered: what is written is out, or an error is thrown.
package struct OutputDescriptor: Sendable {
  private let descriptor: Int32
  /// For error messages.
  private let name: String

  package init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  package func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  package func write(_ bytes: [UInt8]) throws(OutputError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // The system may take less than it is given, and signals may interrupt it.
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
      let reason = errno
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if reason == EAGAIN {
        waitUntilWritable()
      } else if reason != EINTR {
        throw failure(reason)
      }
    }
  }

  fileprivate func failure(_ reason: Int32) -> OutputError {
    reason == EPIPE ? .readerLeft : .failed(name: name, reason: String(cString: strerror(reason)))
  }

  /// A descriptor shared with another program may have been made non-blocking by it.
  private func waitUntilWritable() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }
}

/// Outside the type, where `write` means the system's.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

/// Results, for people and for other programs.
package enum StandardOutput {
  private static let output = OutputDescriptor(descriptor: STDOUT_FILENO, name: "standard output")

  /// On a terminal, lines that are wider go on in others.
  package static func write(_ text: String) throws(OutputError) {
    guard text.utf8.count > 20, let width = Terminal.standardOutput.columns else {
      return try output.write(text)
    }
    try output.write(FittedText.fitted(text, width: width))
  }

  /// Bytes as they are.
  package static func write(_ bytes: [UInt8]) throws(OutputError) { try output.write(bytes) }

  /// Sends off what the C library still holds, which `print` and libraries may have left there.
  package static func flush() throws(OutputError) {
    guard fflush(nil) == 0 else { throw output.failure(errno) }
  }
}

/// Messages and progress. There is nowhere to report that these cannot be written.
package enum StandardError {
  private static let output = OutputDescriptor(descriptor: STDERR_FILENO, name: "standard error")

  /// On a terminal, lines that are wider go on in others; progress, which returns to the start of its line, stays as it
  /// is.
  package static func write(_ text: String) {
    guard text.utf8.count > 20, !text.utf8.contains(UInt8(ascii: "\r")),
      let width = Terminal.standardError.columns
    else {
      try? output.write(text)
      return
    }
    try? output.write(FittedText.fitted(text, width: width))
  }
}

/// What a program does once, before anything else, so that its output is safe.
package enum StandardStreams {
  package static func prepare() {
    // Writing to a closed pipe then fails with EPIPE instead of killing the program.
    signal(SIGPIPE, SIG_IGN)
    // So does writing beyond the largest file that `ulimit -f` allows, with EFBIG.
    signal(SIGXFSZ, SIG_IGN)
    // A stream that was closed by the caller would lend its number to the next file opened, and messages would land
    // in that file. Opened the wrong way round, it stays taken and still refuses to be used.
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
