import OctetNetwork

/// What each layer makes of one picture.
package struct FeatureMaps: Sendable {
  /// The output of one layer.
  package struct Map: Sendable {
    let name: String
    let shape: ImageShape
    /// `height x width x channels`.
    let values: [Float]
    /// What the values stand for, behind the last layer.
    let classNames: [String]

    package init(name: String, shape: ImageShape, values: [Float], classNames: [String] = []) {
      precondition(values.count == shape.count, "a value for each place")
      self.name = name
      self.shape = shape
      self.values = values
      self.classNames = classNames
    }

    /// The class with the largest value.
    fileprivate var winner: String? {
      guard classNames.count == values.count else { return nil }
      return values.indices.max { values[$0] < values[$1] }.map { classNames[$0] }
    }
  }

  private let image: PalettePicture
  private let lines: [String]
  private let maps: [Map]

  private static let most = 32
  private static let mostValues = 1024
  /// Larger maps are shown smaller.
  private static let largestSide = 56

  /// - Parameter lines: which picture it is, and what became of it.
  package init(image: PalettePicture, lines: [String], maps: [Map]) {
    self.image = image
    self.lines = lines
    self.maps = maps
  }

  var picture: Gallery {
    Gallery(
      name: "chosen", title: "What the layers make of one picture",
      caption: "Light is a large value, black the smallest of the layer.",
      tiles: [
        Gallery.Tile(image, lines: lines, alternative: "the picture: \(lines.joined(separator: ", "))")
      ], isRoomy: true)
  }

  var figures: [Figure] { maps.filter { $0.values.count > 1 }.map(figure) }

  private func figure(_ map: Map) -> Figure {
    // The difference of two floats may be beyond a float; a double holds it. What is infinite is black or white.
    let finite = map.values.filter(\.isFinite)
    let (low, high) = (Double(finite.min() ?? 0), Double(finite.max() ?? 0))
    func gray(_ value: Float) -> UInt8 {
      guard high > low, !value.isNaN else { return 0 }
      return UInt8(min(max(255 * (Double(value) - low) / (high - low), 0), 255))
    }
    var drawing: Drawing
    let words: String
    if map.shape.isFlat {
      // A row of values has no shape of its own; it is broken into lines.
      let shown = map.values.prefix(Self.mostValues)
      let columns = min(shown.count, 32)
      let rows = (shown.count + columns - 1) / columns
      let pixels = shown.map(gray) + [UInt8](repeating: 0, count: columns * rows - shown.count)
      words =
        shown.count < map.values.count
        ? "the first \(shown.count) of \(map.values.count) values"
        : "\(map.values.count) values"
          + (map.winner.map { ", the largest is that of \($0)" } ?? "")
      drawing = Drawing(
        width: 360, height: 360 / 32 * Double(rows), alternative: "Output of \(map.name): \(words).")
      drawing.mosaic(
        PalettePicture(gray: pixels, width: columns, height: rows), columns: columns, rows: rows, 0, 0,
        360 / 32 * Double(columns))
    } else {
      let count = min(map.shape.channels, Self.most)
      let tiles = (0..<count).map { channel in
        PictureTile(
          width: map.shape.width, height: map.shape.height,
          pixels: stride(from: channel, to: map.values.count, by: map.shape.channels).map {
            gray(map.values[$0])
          }
        ).reduced(to: Self.largestSide)
      }
      let columns = min(count, 8)
      let rows = (count + columns - 1) / columns
      let picture = PictureTile.mosaic(tiles, columns: columns).picture()
      let width = 45 * Double(columns)
      words =
        count < map.shape.channels
        ? "the first \(count) of \(map.shape.channels) maps" : count == 1 ? "1 map" : "\(count) maps"
      drawing = Drawing(
        width: 360, height: Drawing.mosaicHeight(picture, columns: columns, rows: rows, width: width),
        alternative: "Output of \(map.name): \(words) of \(map.shape.height) by \(map.shape.width).")
      drawing.mosaic(picture, columns: columns, rows: rows, 0, 0, width)
    }
    return Figure(
      name: "maps-\(map.name)", title: map.name,
      caption: map.shape.isFlat ? words : "\(words) of \(map.shape.height)x\(map.shape.width)",
      drawing: drawing)
  }
}
