import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a file could not be read or written: the path, the system's reason, and what to do about it.
package struct FileError: Error, Equatable {
  package enum Action: String, Sendable {
    case read
    case write
  }

  package let action: Action
  package let path: String
  /// The system's `errno`.
  package let code: Int32

  package init(_ action: Action, _ path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  /// Whether there is no such file, as opposed to one that is broken or closed to us.
  package var isMissing: Bool { action == .read && code == ENOENT }
}

extension FileError: CustomStringConvertible {
  package var description: String {
    let isLink = action == .write && code == ELOOP
    let reason = isLink ? "it is a symbolic link" : String(cString: strerror(code))
    return "cannot \(action.rawValue) \(path.shown(atMost: 1000)): \(reason); \(advice)"
  }

  private var advice: String {
    switch (code, action) {
    case (ENOENT, .read): "check the name"
    case (ENOENT, .write): "make the folder first: mkdir -p \(PathParts(path).folder.quoted)"
    case (ENOTDIR, _): "a part of the path that should be a folder is a file"
    case (EACCES, _), (EPERM, _): "ask for the permission, or take another path"
    case (EROFS, _): "the file system is read-only: take another path"
    case (ENOSPC, _), (EDQUOT, _): "free some space there, or take another path"
    case (EFBIG, .read): "check the name: it is larger than any such file is"
    case (EFBIG, .write): "raise the limit on the size of files (ulimit -f), or take another path"
    case (EISDIR, _): "it is a folder: name a file in it"
    case (ENAMETOOLONG, _): "take a shorter name"
    case (ELOOP, .write): "output never follows one: name the file that it leads to, or remove the link"
    case (ELOOP, .read): "its links lead in a circle: name the file itself"
    case (EMFILE, _), (ENFILE, _): "raise the limit on open files (ulimit -n)"
    default: "take another path, or look at the disk's health"
    }
  }
}
