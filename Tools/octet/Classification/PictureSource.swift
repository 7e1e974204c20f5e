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
  private var folders: [(path: String, names: ArraySlice<String>)] = []
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
        switch input?.next() {
        case .some(let item): return item
        case .none: input = nil
        }
      } else if let last = folders.indices.last {
        guard let name = folders[last].names.popFirst() else {
          folders.removeLast()
          continue
        }
        if let item = enter(Folder.join(folders[last].path, name), isNamed: false) { return item }
      } else if let argument = arguments.popFirst() {
        if argument == "-" {
          input = PathLines(separator: separator)
        } else if let item = enter(argument, isNamed: true) {
          return item
        }
      } else {
        return nil
      }
    }
  }

  /// Opens a folder, or gives a file back. Inside a folder only names that end in .png count, and no hidden ones.
  private mutating func enter(_ path: String, isNamed: Bool) -> Item? {
    do throws(DataError) {
      guard try Folder.kind(of: path) == .folder else {
        return isNamed || path.utf8.suffix(4).elementsEqual(".png".utf8)
          || path.utf8.suffix(4).elementsEqual(".PNG".utf8) ? .file(path) : nil
      }
      // A link that leads back up would never end.
      guard folders.count < 64 else { return .failure(path: path, reason: "lies more than 64 folders deep") }
      folders.append((path, try Folder.visibleNames(in: path)[...]))
      return nil
    } catch {
      return .failure(path: path, reason: "\(error.problem); \(error.advice)")
    }
  }
}

/// Paths on standard input, read as they come.
struct PathLines {
  private let separator: UInt8
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The longest path that Linux takes is 4,096 bytes.
  private static let longest = 65_536

  init(separator: UInt8) { self.separator = separator }

  mutating func next() -> PictureSource.Item? {
    while true {
      if let end = buffer[start...].firstIndex(of: separator) {
        let line = buffer[start..<end]
        start = end + 1
        if line.isEmpty { continue }
        return .file(String(decoding: line, as: UTF8.self))
      }
      if isAtEnd || buffer.count - start > Self.longest {
        let rest = buffer[start...]
        start = buffer.count
        guard !rest.isEmpty else { return nil }
        let path = String(decoding: rest, as: UTF8.self)
        return rest.count > Self.longest
          ? .failure(
            path: String(path.prefix(60)), reason: "is no path: it has more than \(Self.longest) bytes")
          : .file(path)
      }
      fill()
    }
  }

  private mutating func fill() {
    buffer.removeSubrange(..<start)
    start = 0
    let more = [UInt8](unsafeUninitializedCapacity: 1 << 16) { room, count in
      var got = -1
      repeat { got = read(STDIN_FILENO, room.baseAddress, room.count) } while got < 0 && errno == EINTR
      count = max(got, 0)
    }
    isAtEnd = more.isEmpty
    buffer += more
  }
}
