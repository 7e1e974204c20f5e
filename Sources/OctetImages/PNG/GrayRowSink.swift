/// Takes the gray values of a picture as they are read.
///
/// A picture that is not interlaced comes row by row from the top. The rows of an interlaced one come as its seven
/// passes have them: each pixel once, but in another order. A sink that only sums pixels needs no memory for the
/// picture.
package protocol GrayRowSink: ~Copyable {
  /// Called once, before the first row.
  mutating func begin(_ header: PNGHeader)

  /// Gray values, 0 black to 255 white, of the pixels in columns `firstColumn`, `firstColumn + columnStep`, ... of
  /// `row`. All of them lie in the picture.
  mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int)
}

/// A whole gray picture: 0 is black, 255 is white.
package struct GrayPicture: Equatable, Sendable {
  package private(set) var width = 0
  package private(set) var height = 0
  /// `height x width` bytes, row by row.
  package private(set) var pixels: [UInt8] = []

  package init() {}

  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height, "one byte per pixel")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

extension GrayPicture: GrayRowSink {
  package mutating func begin(_ header: PNGHeader) {
    width = header.width
    height = header.height
    pixels = [UInt8](repeating: 0, count: width * height)
  }

  package mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    var place = row * width + firstColumn
    if columnStep == 1 {
      var target = pixels.mutableSpan
      precondition(place >= 0 && place + values.count <= target.count, "a row of the picture")
      for index in values.indices { target[unchecked: place + index] = values[unchecked: index] }
      return
    }
    for index in values.indices {
      pixels[place] = values[index]
      place += columnStep
    }
  }
}
