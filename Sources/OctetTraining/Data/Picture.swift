import OctetHost

/// One gray picture, decoded.
package struct Picture: Equatable, Sendable {
  package let width: Int
  package let height: Int

  /// `height x width` bytes, row by row: 0 black, 255 white, as the reader was told to take them.
  package let gray: [UInt8]

  package init(width: Int, height: Int, gray: [UInt8]) {
    precondition(width > 0 && height > 0 && gray.count == width * height, "one byte per pixel")
    self.width = width
    self.height = height
    self.gray = gray
  }
}

/// Decodes picture files. The data room knows no picture format; whoever does gives it a reader.
package protocol PictureReader: Sendable {
  /// The picture in the file at `path`; an error that names the file if it is damaged or of another format.
  func read(path: String) throws(FileError) -> Picture
}
