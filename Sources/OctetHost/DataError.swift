import OctetText

/// Why data could not be used: one line that says what is wrong, where, what was found and what to do.
///
/// The line is made from its parts rather than written at the throw, so that every reader says the same things
/// in the same order and a name with a line break in it cannot forge a second line.
package struct DataError: Error, Equatable, Sendable {
  /// Where in the subject the trouble is.
  package enum Place: Equatable, Sendable {
    /// The file as a whole.
    case whole
    /// An offset in bytes from the start of the contents (after unpacking, for a gzip file).
    case byte(Int)
    /// A line of a text file, counted from 1.
    case line(Int)
    /// A line and a column (a field of the line), both counted from 1.
    case field(line: Int, column: Int)
  }

  /// The file, folder, address or option at fault.
  package let subject: String

  package let place: Place

  /// What was found there.
  package let problem: String

  /// What the user can do about it.
  package let advice: String

  package init(_ subject: String, at place: Place = .whole, _ problem: String, advice: String) {
    self.subject = subject
    self.place = place
    self.problem = problem
    self.advice = advice
  }
}

extension DataError: CustomStringConvertible {
  package var description: String {
    let whereabouts =
      switch place {
      case .whole: subject
      case .byte(let offset): "\(subject), byte \(offset)"
      case .line(let line): "\(subject), line \(line)"
      case .field(let line, let column): "\(subject), line \(line), column \(column)"
      }
    return "\(whereabouts): \(problem); \(advice)".shown
  }
}
