import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a file could not be read, written or used: one line that says where, what is wrong and what to do.
///
/// The line is made from its parts rather than written at the throw, so that every reader says the same things in the
/// same order and a name with a line break in it cannot forge a second line.
package struct FileError: Error, Equatable, Sendable {
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
    /// An item of a data set, counted from 0.
    case item(Int)
  }

  /// What the system was asked to do, as it stands in the message.
  package enum Action: String, Sendable {
    case read, written, examined, listed, made, removed, started
  }

  /// The file, folder, address or option at fault.
  package let subject: String

  package let place: Place

  /// What was found there.
  package let problem: String

  /// What the user can do about it.
  package let advice: String

  /// The system's `errno`, if it is what the system said.
  package let code: Int32?

  /// Whether there is no file to read, as opposed to one that is broken or may not be read.
  package let isMissing: Bool

  package init(_ subject: String, at place: Place = .whole, _ problem: String, advice: String) {
    self.subject = subject
    self.place = place
    self.problem = problem
    self.advice = advice
    code = nil
    isMissing = false
  }

  /// What the system said, in its own words, with a hint for the common reasons.
  package init(_ path: String, cannotBe action: Action, code: Int32) {
    subject = path
    place = .whole
    self.code = code
    isMissing = action == .read && code == ENOENT
    if action == .written, code == ELOOP {
      problem = "is a symbolic link, which output never follows"
      advice = "name what it leads to, or remove the link"
      return
    }
    problem = "cannot be \(action.rawValue) (\(String(cString: strerror(code))))"
    advice =
      switch (code, action) {
      case (ENOENT, .written): "make the folder first: mkdir -p \(PathParts(path).folder.quoted)"
      case (ENOENT, _): "check the path"
      case (ENOTDIR, _): "check the path: a part of it that should be a folder is a file"
      case (EACCES, .written), (EPERM, .written): "check the permissions, or give another path"
      case (EACCES, _), (EPERM, _): "check its permissions"
      case (EROFS, _): "the file system is read-only: give another path"
      case (ENOSPC, _), (EDQUOT, _): "free some space there, or give another path"
      case (EFBIG, _): "raise the limit on the size of files (ulimit -f), or give another path"
      case (EISDIR, _): "give the path of a file in it"
      case (ENAMETOOLONG, _): "give a shorter name"
      case (ELOOP, _): "its links lead in a circle: give the path of the file itself"
      case (EMFILE, _), (ENFILE, _): "raise the limit on open files (ulimit -n)"
      default: "check the file and the disk it is on"
      }
  }

  /// A path that no file can have: a C string ends at its first zero byte, so the file opened could be another.
  package static func noPath(_ path: String) -> FileError {
    FileError("path \"\(path)\"", "is empty or holds a zero byte", advice: "give a path that exists")
  }

}

extension FileError: CustomStringConvertible {
  package var description: String {
    let whereabouts =
      switch place {
      case .whole: subject
      case .byte(let offset): "\(subject), byte \(offset)"
      case .line(let line): "\(subject), line \(line)"
      case .field(let line, let column): "\(subject), line \(line), column \(column)"
      case .item(let item): "\(subject), item \(item)"
      }
    return "\(whereabouts): \(problem); \(advice)".shown
  }
}

/// A path taken apart at its last slash.
package struct PathParts {
  /// The folder, "." when the path names none.
  package let folder: String
  /// Empty when the path ends with a slash.
  package let name: String

  package init(_ path: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
      folder = "."
      name = path
      return
    }
    folder = slash == path.startIndex ? "/" : String(path[..<slash])
    name = String(path[path.utf8.index(after: slash)...])
  }

  /// The path of another file in the same folder.
  package func sibling(_ name: String) -> String { Folder.join(folder, name) }
}
