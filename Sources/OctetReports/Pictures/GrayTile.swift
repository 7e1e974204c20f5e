import OctetData
import OctetNetwork

/// A small gray picture: 0 is black, 255 is white.
package struct GrayTile: Equatable, Sendable {
  package let width: Int
  package let height: Int
  /// `height x width` bytes.
  package let pixels: [UInt8]

  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height, "one byte per pixel")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The picture with its longer side brought down to `side`, each new pixel the mean of those under it; the same
  /// picture where it is not larger.
  package func reduced(to side: Int) -> GrayTile {
    let longer = max(width, height)
    guard longer > side, side > 0 else { return self }
    let newWidth = max(width * side / longer, 1)
    let newHeight = max(height * side / longer, 1)
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight)
    for row in 0..<newHeight {
      let rows = row * height / newHeight..<max((row + 1) * height / newHeight, row * height / newHeight + 1)
      for column in 0..<newWidth {
        let start = column * width / newWidth
        let columns = start..<max((column + 1) * width / newWidth, start + 1)
        var sum = 0
        for y in rows { for x in columns { sum += Int(pixels[y * width + x]) } }
        let count = rows.count * columns.count
        result.append(UInt8((sum + count / 2) / count))
      }
    }
    return GrayTile(width: newWidth, height: newHeight, pixels: result)
  }

  package func picture(bits: Int = 8) -> PalettePicture {
    PalettePicture(gray: pixels, width: width, height: height, bits: bits)
  }

  /// Tiles of one size side by side, `columns` in a row; what is missing in the last row is black.
  static func mosaic(_ tiles: [GrayTile], columns: Int) -> GrayTile {
    guard let first = tiles.first else { return GrayTile(width: 1, height: 1, pixels: [0]) }
    let rows = (tiles.count + columns - 1) / columns
    let width = first.width * columns
    var pixels = [UInt8](repeating: 0, count: width * first.height * rows)
    for (index, tile) in tiles.enumerated() {
      let start = index / columns * first.height * width + index % columns * first.width
      for row in 0..<first.height {
        for column in 0..<first.width {
          pixels[start + row * width + column] = tile.pixels[row * first.width + column]
        }
      }
    }
    return GrayTile(width: width, height: first.height * rows, pixels: pixels)
  }
}

extension LabeledItems {
  /// An item in gray: of several channels their mean, and of floats the smallest black and the largest white. A row of
  /// numbers is drawn as one.
  package func tile(_ index: Int) -> GrayTile {
    GrayTile(width: tileShape.width, height: tileShape.height, pixels: gray(index))
  }

  package var tileShape: ImageShape {
    shape.isFlat ? ImageShape(height: 1, width: shape.channels, channels: 1) : shape
  }
}

extension LabeledItems {
  /// An image as the network sees it: light ink on dark. Of several channels their mean is shown, and large images
  /// smaller.
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
