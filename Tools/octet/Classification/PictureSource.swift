import OctetClassification
import OctetTraining

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files to classify, one after another: files, folders with all that is in them, paths from standard input.
///
/// Holds the names of the folders that it is in, and nothing of what it has handed out.
struct PictureSource {
  enum Item {
    case file(String)
    /// What the user named could not be looked at.
    case failure(path: String, reason: String)
  }

  private var arguments: ArraySlice<String>
  private var folders: [(path: String, entries: ArraySlice<Folder.Entry>)] = []
  private var input: PathLines?
  private let separator: UInt8

  /// - Parameter separator: what stands between the paths on standard input.
  init(_ arguments: [String], separator: UInt8) {
    self.arguments = arguments[...]
    self.separator = separator
  }

  mutating func next() -> Item? {
    while true {
      if input != nil {
        switch input?.next(Self.readStandardInput) {
        case .path(let path): return .file(path)
        case .tooLong(let start):
          return .failure(path: start, reason: "is no path: it has more than \(PathLines.longest) bytes")
        case nil: input = nil
        }
      } else if let last = folders.indices.last {
        guard let entry = folders[last].entries.popFirst() else {
          folders.removeLast()
          continue
        }
        let path = Folder.join(folders[last].path, entry.name)
        if let item = enter(path, entry.kind, isNamed: false) { return item }
      } else if let argument = arguments.popFirst() {
        if argument == "-" {
          input = PathLines(separator: separator)
        } else if let item = enter(argument, nil, isNamed: true) {
          return item
        }
      } else {
        return nil
      }
    }
  }

  private static func readStandardInput(_ room: UnsafeMutableRawBufferPointer) -> Int {
    var got = -1
    repeat { got = read(STDIN_FILENO, room.baseAddress, room.count) } while got < 0 && errno == EINTR
    return got
  }

  /// Opens a folder, or gives a file back. Inside a folder only names that end in .png count, and no hidden ones.
  ///
  /// - Parameter kind: what the path leads to, if that is known already.
  private mutating func enter(_ path: String, _ kind: Folder.Kind?, isNamed: Bool) -> Item? {
    // What cannot be looked at the reader refuses in its own words, as it does for paths from standard input.
    guard (kind ?? (try? Folder.kind(of: path))) == .folder else {
      return isNamed || Self.isPicture(path) ? .file(path) : nil
    }
    do throws(DataError) {
      // A link that leads back up would never end.
      guard folders.count < 64 else { return .failure(path: path, reason: "lies more than 64 folders deep") }
      folders.append((path, try Folder.visibleEntries(in: path)[...]))
      return nil
    } catch {
      return .failure(path: path, reason: "\(error.problem); \(error.advice)")
    }
  }

  private static func isPicture(_ path: String) -> Bool {
    path.hasSuffix(".png") || path.hasSuffix(".PNG")
  }
}
