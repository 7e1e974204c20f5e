/// Why the program ends.
enum DeviceError: Error {
  /// The command line is wrong.
  case usage(String)
  /// One line.
  case failure(String)
  /// Whoever read the output has had enough, as `head` does.
  case readerLeft
}
