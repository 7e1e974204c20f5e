/// What is wrong with a network description, and where.
package struct NetworkError: Error, Equatable, CustomStringConvertible {
  /// The line of the description, counted from 1; nil when the fault belongs to no single line.
  package let line: Int?
  package let message: String

  package init(line: Int? = nil, _ message: String) {
    self.line = line
    self.message = message
  }

  package var description: String {
    line.map { "line \($0): \(message)" } ?? message
  }
}
