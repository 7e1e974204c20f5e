import OctetClassification
import OctetTraining

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files to classify, one after another: files, folders with all that is in them, paths from standard input.
struct PictureSource {
  typealias Item = PictureFolderWalk.Item

  private var arguments: ArraySlice<String>
  private var folders = PictureFolderWalk()
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
      } else if let item = folders.next() {
        return item
      } else if let argument = arguments.popFirst() {
        if argument == "-" {
          input = PathLines(separator: separator)
        } else if (try? Folder.kind(of: argument)) != .folder {
          // What cannot be looked at the reader refuses in its own words, as it does for paths from standard input.
          return .file(argument)
        } else if let failure = folders.enter(argument) {
          return failure
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
}
