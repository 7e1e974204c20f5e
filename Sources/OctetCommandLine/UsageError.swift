/// The command line itself is wrong: exit status 2, and a pointer to the help of the command concerned.
package struct UsageError: Error, Equatable, CustomStringConvertible {
  package let message: String
  /// The words of the command, the program's name first: `["octet", "data", "fetch"]`.
  package let path: [String]

  package init(_ message: String, path: [String]) {
    self.message = message
    self.path = path
  }

  package var description: String {
    "\(message) (see '\((path + ["--help"]).joined(separator: " "))')"
  }
}
