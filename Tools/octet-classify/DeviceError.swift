/// Why the program ends.
enum DeviceError: Error {
  /// The command line is wrong.
  case usage(String)
  /// One line.
  case failure(String)
  /// The reader closed the pipe, as `head` does.
  case readerLeft
}
