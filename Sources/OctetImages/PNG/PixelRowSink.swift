/// Takes the pixels of a picture as they are read.
///
/// A picture that is not interlaced comes row by row from the top. The rows of an interlaced one come as its seven
/// passes have them: each pixel once, but in another order. A sink that only sums pixels needs no memory for the
/// picture.
package protocol PixelRowSink: ~Copyable {
  /// Bytes of a pixel: 1 for gray, 3 for red, green and blue. It stays the same while a picture is read.
  var channels: Int { get }

  /// Called once, before the first row.
  ///
  /// - Parameter hasWholeRows: whether the rows come whole and from the top.
  mutating func begin(width: Int, height: Int, hasWholeRows: Bool)

  /// The pixels in columns `firstColumn`, `firstColumn + columnStep`, ... of `row`, each with a byte for every channel,
  /// 0 dark to 255 light. All of them lie in the picture.
  mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int)
}

/// A whole picture in one or three channels.
package struct PixelRaster: PixelRowSink, Equatable, Sendable {
  package private(set) var width = 0
  package private(set) var height = 0
  package let channels: Int
  /// `height x width x channels` bytes, row by row from the top.
  package private(set) var pixels: [UInt8] = []

  init(channels: Int) { self.channels = channels }

  init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * channels,
      "a byte for each channel of each pixel")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  package mutating func begin(width: Int, height: Int, hasWholeRows: Bool) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: width * height * channels)
  }

  package mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    var place = (row * width + firstColumn) * channels
    if columnStep == 1 {
      var target = pixels.mutableSpan
      precondition(place >= 0 && place + values.count <= target.count, "a row of the picture")
      for index in values.indices { target[unchecked: place + index] = values[unchecked: index] }
      return
    }
    for index in stride(from: 0, to: values.count, by: channels) {
      for channel in 0..<channels { pixels[place + channel] = values[index + channel] }
      place += columnStep * channels
    }
  }

  /// Hands the picture on, row by row.
  func draw(_ take: (Span<UInt8>, Int) -> Void) {
    let rowBytes = width * channels
    for row in 0..<height { take(pixels.span.extracting(row * rowBytes..<(row + 1) * rowBytes), row) }
  }
}

/// A picture with so many channels as its type says.
package protocol TypedPicture: PixelRowSink {
  var raster: PixelRaster { get set }
}

extension TypedPicture {
  package var width: Int { raster.width }
  package var height: Int { raster.height }
  /// `height x width x channels` bytes, row by row from the top.
  package var pixels: [UInt8] { raster.pixels }
  package var channels: Int { raster.channels }

  package mutating func begin(width: Int, height: Int, hasWholeRows: Bool) {
    raster.begin(width: width, height: height, hasWholeRows: hasWholeRows)
  }

  package mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    raster.take(values, row: row, firstColumn: firstColumn, columnStep: columnStep)
  }
}

/// A whole gray picture: 0 is black, 255 is white.
package struct GrayPicture: TypedPicture, Equatable, Sendable {
  package var raster = PixelRaster(channels: 1)

  package init() {}

  package init(width: Int, height: Int, pixels: [UInt8]) {
    raster = PixelRaster(width: width, height: height, channels: 1, pixels: pixels)
  }

  /// The same gray in three channels.
  package var inColor: ColorPicture {
    var colors: [UInt8] = []
    colors.reserveCapacity(3 * pixels.count)
    for gray in pixels { for _ in 0..<3 { colors.append(gray) } }
    return ColorPicture(width: width, height: height, pixels: colors)
  }
}

/// A whole picture in color: red, green and blue of each pixel.
package struct ColorPicture: TypedPicture, Equatable, Sendable {
  package var raster = PixelRaster(channels: 3)

  package init() {}

  package init(width: Int, height: Int, pixels: [UInt8]) {
    raster = PixelRaster(width: width, height: height, channels: 3, pixels: pixels)
  }

  /// Blue, green and red of each pixel.
  var blueFirst: ColorPicture { ColorPicture(width: width, height: height, pixels: pixels.blueFirst) }

  /// Whether any pixel has a color, as opposed to a gray.
  package var hasColor: Bool {
    let pixels = pixels
    for place in stride(from: 0, to: pixels.count, by: 3)
    where pixels[place] != pixels[place + 1] || pixels[place] != pixels[place + 2] { return true }
    return false
  }

  /// The gray of a picture without color: the same as `GrayPicture` reads from the file, as the weights of the formula
  /// leave gray as it is.
  package var gray: [UInt8] {
    let pixels = pixels
    return stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] }
  }

  /// The gray of each pixel, by the formula for files.
  package var inGray: GrayPicture {
    let pixels = pixels
    var grays: [UInt8] = []
    grays.reserveCapacity(width * height)
    for place in stride(from: 0, to: pixels.count, by: 3) {
      let gray = GrayFormula.gray(
        UInt32(pixels[place]), UInt32(pixels[place + 1]), UInt32(pixels[place + 2]))
      grays.append(UInt8(truncatingIfNeeded: gray))
    }
    return GrayPicture(width: width, height: height, pixels: grays)
  }
}
