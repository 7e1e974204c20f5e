import OctetTraining

/// What each layer makes of one picture.
package struct FeatureMaps: Sendable {
  /// The output of one layer.
  package struct Map: Sendable {
    let name: String
    let shape: ImageShape
    /// `height x width x channels`.
    let values: [Float]

    package init(name: String, shape: ImageShape, values: [Float]) {
      precondition(values.count == shape.count, "a value for each place")
      self.name = name
      self.shape = shape
      self.values = values
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
    let (low, high) = (map.values.min() ?? 0, map.values.max() ?? 0)
    func gray(_ value: Float) -> UInt8 {
      high > low && value.isFinite ? UInt8(255 * (value - low) / (high - low)) : 0
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
        ? "the first \(shown.count) of \(map.values.count) values" : "\(map.values.count) values"
      drawing = Drawing(
        width: 360, height: 360 / 32 * Double(rows), alternative: "Output of \(map.name): \(words).")
      drawing.mosaic(
        PalettePicture(gray: pixels, width: columns, height: rows), columns: columns, rows: rows, 0, 0,
        360 / 32 * Double(columns))
    } else {
      let count = min(map.shape.channels, Self.most)
      let tiles = (0..<count).map { channel in
        GrayTile(
          width: map.shape.width, height: map.shape.height,
          pixels: stride(from: channel, to: map.values.count, by: map.shape.channels).map {
            gray(map.values[$0])
          }
        ).reduced(to: Self.largestSide)
      }
      let columns = min(count, 8)
      let rows = (count + columns - 1) / columns
      let picture = GrayTile.mosaic(tiles, columns: columns).picture()
      let width = 45 * Double(columns)
      words =
        count < map.shape.channels
        ? "the first \(count) of \(map.shape.channels) maps" : count == 1 ? "1 map" : "\(count) maps"
      drawing = Drawing(
        width: 360, height: width * Double(picture.height) / Double(picture.width),
        alternative: "Output of \(map.name): \(words) of \(map.shape.height) by \(map.shape.width).")
      drawing.mosaic(picture, columns: columns, rows: rows, 0, 0, width)
    }
    return Figure(
      name: "maps-\(map.name)", title: map.name,
      caption: map.shape.isFlat ? words : "\(words) of \(map.shape.height)x\(map.shape.width)",
      drawing: drawing)
  }
}
