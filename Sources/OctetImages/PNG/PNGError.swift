import OctetText

/// Why a PNG file could not be read.
///
/// `description` is one line: the file, where in it, what was found, and what to do.
package struct PNGError: Error, Equatable, Sendable {
  package enum Problem: Equatable, Sendable {
    /// The system's reason.
    case cannotOpen(String)
    /// The system's reason.
    case cannotRead(String)
    case folder
    /// A pipe, socket or device.
    case special
    case empty
    case notPNG
    /// How many bytes it has, in words, and how many it may have.
    case fileTooLarge(String, limit: Int)
    /// The sizes are as the untrusted file has them, and need not fit an `Int` of 32 bits.
    case pictureTooLarge(width: UInt32, height: UInt32, limits: PNGLimits)
    case noPixels(width: UInt32, height: UInt32)
    case truncated
    /// libpng's words.
    case damaged(String)
    /// A pixel names an entry that the palette does not have.
    case paletteIndex(Int, count: Int, row: Int, column: Int)
    case outOfMemory
  }

  /// The file as the user named it.
  package let path: String
  package let problem: Problem
  /// The bytes read until then.
  package let offset: Int

  package init(_ path: String, _ problem: Problem, offset: Int = 0) {
    self.path = path
    self.problem = problem
    self.offset = offset
  }
}

extension PNGError: CustomStringConvertible {
  package var description: String { "\(path.shown): \(reason)" }

  /// The line without the file's name.
  package var reason: String { "\(finding); \(advice)" }

  /// What was found.
  package var finding: String {
    switch problem {
    case .cannotOpen(let words): "cannot be opened (\(words))"
    case .cannotRead(let words): "cannot be read (\(words))"
    case .folder: "is a folder"
    case .special: "is a pipe, socket or device"
    case .empty: "is empty"
    case .notPNG: "is not a PNG file"
    case .fileTooLarge(let bytes, let limit): "holds \(bytes) bytes, and the limit is \(limit)"
    case .pictureTooLarge(let width, let height, let limits):
      "is \(width) x \(height) pixels, and the limit is \(limits.width) x \(limits.height)"
    case .noPixels(let width, let height): "is damaged: it claims \(width) x \(height) pixels"
    case .truncated: "ends too early, after \(offset) bytes"
    case .damaged(let words): "is damaged near byte \(offset) (\(words))"
    case .paletteIndex(let index, let count, let row, let column):
      "is damaged: the pixel in row \(row), column \(column) has color \(index) of a palette of \(count)"
    case .outOfMemory: "needs more memory than there is for it"
    }
  }

  /// What the user can do about it.
  package var advice: String {
    switch problem {
    case .cannotOpen: "check the path and its permissions"
    case .cannotRead: "check the file and the disk it is on"
    case .folder: "name the files in it"
    case .special: "save the picture to a file and name that"
    case .notPNG: "convert it to PNG"
    case .fileTooLarge, .outOfMemory: "make the picture smaller"
    case .pictureTooLarge: "make it smaller"
    case .empty, .noPixels, .paletteIndex: "save the picture again"
    case .truncated, .damaged: "copy or save the picture again"
    }
  }
}
