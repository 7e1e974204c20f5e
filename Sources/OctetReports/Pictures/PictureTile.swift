import OctetData
import OctetNetwork

/// A small picture, gray or in color: 0 is dark, 255 is light.
package struct PictureTile: Equatable, Sendable {
  package let width: Int
  package let height: Int
  /// 1 for gray, 3 for red, green and blue.
  package let channels: Int
  /// `height x width x channels` bytes.
  package let pixels: [UInt8]

  package init(width: Int, height: Int, channels: Int = 1, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && (channels == 1 || channels == 3)
        && pixels.count == width * height * channels, "a byte for each channel of each pixel")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// The picture with its longer side brought down to `side`, each new pixel the mean of those under it; the same
  /// picture where it is not larger.
  package func reduced(to side: Int) -> PictureTile {
    let longer = max(width, height)
    guard longer > side, side > 0 else { return self }
    let newWidth = max(width * side / longer, 1)
    let newHeight = max(height * side / longer, 1)
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * channels)
    for row in 0..<newHeight {
      let rows = row * height / newHeight..<max((row + 1) * height / newHeight, row * height / newHeight + 1)
      for column in 0..<newWidth {
        let start = column * width / newWidth
        let columns = start..<max((column + 1) * width / newWidth, start + 1)
        let count = rows.count * columns.count
        for channel in 0..<channels {
          var sum = 0
          for y in rows { for x in columns { sum += Int(pixels[(y * width + x) * channels + channel]) } }
          result.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    return PictureTile(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }

  /// - Parameter bits: of a gray one; one in color has 8 for each channel.
  package func picture(bits: Int = 8) -> PalettePicture {
    channels == 3
      ? PalettePicture(width: width, height: height, palette: .none, pixels: pixels)
      : PalettePicture(gray: pixels, width: width, height: height, bits: bits)
  }

  /// Tiles of one size and as many channels side by side, `columns` in a row; what is missing in the last row is black.
  static func mosaic(_ tiles: [PictureTile], columns: Int) -> PictureTile {
    guard let first = tiles.first else { return PictureTile(width: 1, height: 1, pixels: [0]) }
    let rows = (tiles.count + columns - 1) / columns
    let width = first.width * columns
    let channels = first.channels
    var pixels = [UInt8](repeating: 0, count: width * first.height * rows * channels)
    for (index, tile) in tiles.enumerated() {
      let start = index / columns * first.height * width + index % columns * first.width
      for row in 0..<first.height {
        let (from, to) = (row * first.width * channels, (start + row * width) * channels)
        for place in 0..<first.width * channels { pixels[to + place] = tile.pixels[from + place] }
      }
    }
    return PictureTile(width: width, height: first.height * rows, channels: channels, pixels: pixels)
  }
}

extension LabeledItems {
  /// An item: pixels of three channels in color, all else in gray; of several channels their mean, and of floats the
  /// smallest black and the largest white. A row of numbers is drawn as one.
  package func tile(_ index: Int) -> PictureTile {
    if case .bytes(let bytes) = values, shape.channels == 3, !shape.isFlat {
      return PictureTile(
        width: shape.width, height: shape.height, channels: 3,
        pixels: Array(bytes[index * shape.count..<(index + 1) * shape.count]))
    }
    return PictureTile(width: tileShape.width, height: tileShape.height, pixels: gray(index))
  }

  package var tileShape: ImageShape {
    shape.isFlat ? ImageShape(height: 1, width: shape.channels, channels: 1) : shape
  }
}

extension LabeledItems {
  /// An image as the network sees it: light ink on dark, or in color. Large images are shown smaller.
  package func picture(_ index: Int, bits: Int = 8) -> PalettePicture {
    tile(index).reduced(to: Self.largestSide).picture(bits: bits)
  }

  /// What can still be seen in a page, where pictures are 56 units wide.
  private static var largestSide: Int { 84 }

  func gray(_ index: Int) -> [UInt8] {
    let bytes = Self.bytes(values[index * shape.count..<(index + 1) * shape.count])
    let channels = tileShape.channels
    if channels == 1 { return bytes }
    return stride(from: 0, to: bytes.count, by: channels).map { first in
      UInt8(bytes[first..<first + channels].reduce(0) { $0 + Int($1) } / channels)
    }
  }

  private static func bytes(_ values: ItemValues) -> [UInt8] {
    switch values {
    case .bytes(let bytes): return bytes
    case .integers(let integers, _): return integers.map { UInt8(bitPattern: $0) ^ 0x80 }
    case .floats(let floats):
      let (low, high) = (floats.min() ?? 0, floats.max() ?? 0)
      // Half of each, as the span of all floats has no float.
      let span = high / 2 - low / 2
      return floats.map { span > 0 ? UInt8((255 * ($0 / 2 - low / 2) / span).rounded()) : 0 }
    }
  }
}
