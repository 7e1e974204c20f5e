import OctetClassification
import OctetCommandLine
import OctetData
import OctetHost

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
  private let files: CommandFiles
  /// Why nothing more comes: a path on standard input that the command would write to.
  private(set) var clash: String?

  /// - Parameters:
  ///   - separator: what stands between the paths on standard input.
  ///   - files: what the command writes; only those paths were not compared with it before.
  init(_ arguments: [String], separator: UInt8, files: CommandFiles) {
    self.arguments = arguments[...]
    self.separator = separator
    self.files = files
  }

  mutating func next() -> Item? {
    while true {
      if input != nil {
        switch input?.next(Self.readStandardInput) {
        case .path(let path):
          clash = files.clash(reading: path)
          return clash == nil ? .file(path) : nil
        case .tooLong(let start):
          return .failure(path: start, reason: "is not a path: it has more than \(PathLines.longest) bytes")
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
