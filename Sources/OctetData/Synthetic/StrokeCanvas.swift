/// Turns strokes into gray pixels by each pixel's distance to the nearest stroke, and puts the ink in the
/// middle.
///
/// The canvas is larger than the image: ink is drawn where its estimated centre of mass falls in the middle,
/// then the real centre is measured and the image cut out around it.
struct StrokeCanvas {
  typealias Point = SIMD2<Float>

  /// The side of the image.
  static let side = 28
  private static let margin = 6
  private static let canvasSide = side + 2 * margin

  /// For each pixel the least distance to the edge of a stroke, in pixels: negative inside, `far` where no
  /// stroke is near.
  private var distances: [Float]
  private static let far: Float = 1e6

  /// The farthest that ink reaches from its estimated centre of mass, in pixels. What is left of half an
  /// image, 2.3 pixels, takes in the soft edge (below 0.8), the chosen offset (0.4), and an estimate that is
  /// off where strokes overlap.
  private static let longestReach: Float = 11.7

  init() {
    distances = [Float](repeating: Self.far, count: Self.canvasSide * Self.canvasSide)
  }

  /// Appends the pixels of the image, `side * side` bytes.
  mutating func appendImage(of strokes: [[InkPoint]], by hand: Handwriting, to pixels: inout [UInt8]) {
    let placed = Self.placed(strokes, by: hand)
    for index in distances.indices { distances[index] = Self.far }
    for stroke in placed {
      for index in stroke.indices.dropFirst() {
        draw(from: stroke[index - 1], to: stroke[index], edgeWidth: hand.edgeWidth)
      }
    }
    let values = grays(by: hand)
    let corner = Self.corner(around: values, offset: hand.offset)
    for row in corner.y..<corner.y + Self.side {
      let start = row * Self.canvasSide + corner.x
      pixels.append(contentsOf: values[start..<start + Self.side])
    }
  }

  /// Scales the strokes so that the longer side of the ink is `hand.size`, and moves their estimated centre
  /// of mass to the middle of the canvas.
  private static func placed(_ strokes: [[InkPoint]], by hand: Handwriting) -> [[InkPoint]] {
    var lower = Point(repeating: .infinity)
    var upper = Point(repeating: -.infinity)
    var radius: Float = 0
    for point in strokes.joined() {
      lower = pointwiseMin(lower, point.position)
      upper = pointwiseMax(upper, point.position)
      radius = max(radius, point.radius)
    }
    var mass: Float = 0
    var moment = Point()
    for stroke in strokes {
      for index in stroke.indices.dropFirst() {
        let difference = stroke[index].position - stroke[index - 1].position
        let weight =
          (difference * difference).sum().squareRoot() * (stroke[index].radius + stroke[index - 1].radius)
        mass += weight
        moment += weight * 0.5 * (stroke[index].position + stroke[index - 1].position)
      }
    }
    let center = moment / max(mass, 1e-6)
    // Radii are in pixels already, so only what the pen leaves of the box is the strokes' to fill.
    let extent = upper - lower
    let fitting = (hand.size - 2 * radius) / max(extent.x, extent.y, 1e-3)
    // A shape with its mass at one end reaches far to the other, and must not leave the image there.
    let reach = pointwiseMax(upper - center, center - lower)
    let scale = min(fitting, (longestReach - radius) / max(reach.x, reach.y, 1e-3))

    let middle = Point(repeating: Float(canvasSide) / 2) + hand.offset
    return strokes.map { stroke in
      stroke.map { point in
        InkPoint(position: (point.position - center) * scale + middle, radius: point.radius)
      }
    }
  }

  /// Lowers the distances around one straight piece, whose width changes evenly from end to end.
  private mutating func draw(from start: InkPoint, to end: InkPoint, edgeWidth: Float) {
    let reach = max(start.radius, end.radius) + edgeWidth
    let lower = pointwiseMin(start.position, end.position) - reach
    let upper = pointwiseMax(start.position, end.position) + reach
    let limit = Self.canvasSide - 1
    // Ink never comes near the edge of the canvas; the clamps make sure of it.
    let firstColumn = max(0, Int(lower.x))
    let lastColumn = min(limit, Int(upper.x))
    let firstRow = max(0, Int(lower.y))
    let lastRow = min(limit, Int(upper.y))
    guard firstColumn <= lastColumn, firstRow <= lastRow else { return }

    let direction = end.position - start.position
    let inverseSquare = 1 / max((direction * direction).sum(), 1e-12)
    let widening = end.radius - start.radius
    for row in firstRow...lastRow {
      for column in firstColumn...lastColumn {
        let place = Point(Float(column) + 0.5, Float(row) + 0.5) - start.position
        let along = min(1, max(0, (place * direction).sum() * inverseSquare))
        let away = place - along * direction
        let distance = (away * away).sum().squareRoot() - (start.radius + along * widening)
        let index = row * Self.canvasSide + column
        distances[index] = min(distances[index], distance)
      }
    }
  }

  /// Ink fades from full to none over `edgeWidth` around the edge of a stroke.
  private func grays(by hand: Handwriting) -> [UInt8] {
    let slope = 1 / hand.edgeWidth
    return distances.map { distance in
      let cover = min(1, max(0, 0.5 - distance * slope))
      return UInt8((255 * min(1, cover * hand.strength)).rounded())
    }
  }

  /// The upper left corner of the image within the canvas: whole pixels, so the centre of mass ends up within
  /// half a pixel of `offset` from the middle. Should ink then stick out, the image moves to hold it all,
  /// which it can: the ink is at most 22 pixels long, and it lies well inside the canvas.
  private static func corner(around values: [UInt8], offset: Point) -> (x: Int, y: Int) {
    var mass = 0
    var across = 0
    var down = 0
    var left = canvasSide
    var right = 0
    var top = canvasSide
    var bottom = 0
    for row in 0..<canvasSide {
      for column in 0..<canvasSide {
        let value = Int(values[row * canvasSide + column])
        guard value > 0 else { continue }
        mass += value
        across += value * column
        down += value * row
        left = min(left, column)
        right = max(right, column)
        top = min(top, row)
        bottom = max(bottom, row)
      }
    }
    let half = Float(side) / 2
    let x = Float(across) / Float(max(1, mass)) + 0.5 - half - offset.x
    let y = Float(down) / Float(max(1, mass)) + 0.5 - half - offset.y
    let last = 2 * margin
    return (
      x: min(last, left, max(0, right - side + 1, Int(x.rounded()))),
      y: min(last, top, max(0, bottom - side + 1, Int(y.rounded())))
    )
  }
}
