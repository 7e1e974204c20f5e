import OctetData

/// A digit without a pen: how far each place of a square is from its lines. Drawn with a pen of some radius, all places
/// nearer than that are ink.
struct LineField {
  typealias Point = SIMD2<Float>

  /// Cells in a row. A pixel of MNIST is `cellsPerPixel` of them, and a margin is around its 28.
  static let side = 160
  private static let cellsPerPixel = 5
  private static let margin = (side - cellsPerPixel * imageSide) / 2
  private static let imageSide = 28

  /// In cells: from the middle of the nearest line, or for a digit with its own breadth from its edge, negative inside.
  private let distances: [Float]
  /// The middle of the box around the lines, and its longer side, in cells.
  let middle: Point
  let length: Float

  /// Strokes of straight pieces, in any unit.
  init(strokes: [[Point]]) {
    var lower = Point(repeating: .infinity)
    var upper = Point(repeating: -.infinity)
    for point in strokes.joined() {
      lower = pointwiseMin(lower, point)
      upper = pointwiseMax(upper, point)
    }
    let extent = max((upper - lower).max(), 1e-3)
    // The ink of MNIST's digits is 20 pixels long.
    let scale = Float(20 * Self.cellsPerPixel) / extent
    let center = Point(repeating: Float(Self.side) / 2)
    var isLine = [Bool](repeating: false, count: Self.side * Self.side)
    for stroke in strokes {
      let places = stroke.map { ($0 - (lower + upper) / 2) * scale + center }
      for (start, end) in zip(places, places.dropFirst()) {
        let steps = max(1, Int(2 * (end - start).max() + 2 * (start - end).max()))
        for step in 0...steps {
          let place = start + (end - start) * (Float(step) / Float(steps))
          isLine[Int(place.y) * Self.side + Int(place.x)] = true
        }
      }
    }
    self.init(lines: isLine)
  }

  /// The middle lines of an image of 28x28 with light ink; nil where it has none.
  init?(linesOf image: ArraySlice<UInt8>) {
    var ink = Self.ink(image)
    Thinning.thin(&ink, side: Self.side)
    guard ink.contains(true) else { return nil }
    self.init(lines: ink)
  }

  /// The edges of an image of 28x28 with light ink; nil where it has none.
  init?(edgesOf image: ArraySlice<UInt8>) {
    let ink = Self.ink(image)
    guard ink.contains(true) else { return nil }
    let outside = DistanceTransform.distances(to: ink, side: Self.side)
    let inside = DistanceTransform.distances(to: ink.map { !$0 }, side: Self.side)
    self.init(zip(outside, inside).map { $0 - $1 }, box: ink)
  }

  private init(lines: [Bool]) {
    self.init(DistanceTransform.distances(to: lines, side: Self.side), box: lines)
  }

  private init(_ distances: [Float], box: [Bool]) {
    self.distances = distances
    var lower = SIMD2(Self.side, Self.side)
    var upper = SIMD2(0, 0)
    for place in box.indices where box[place] {
      let point = SIMD2(place % Self.side, place / Self.side)
      lower = pointwiseMin(lower, point)
      upper = pointwiseMax(upper, point)
    }
    middle = Point(Float(lower.x + upper.x + 1), Float(lower.y + upper.y + 1)) / 2
    length = Float(max(upper.x - lower.x, upper.y - lower.y) + 1)
  }

  /// Which cells are ink, between the middles of the image's pixels.
  private static func ink(_ image: ArraySlice<UInt8>) -> [Bool] {
    var ink = [Bool](repeating: false, count: side * side)
    let last = imageSide - 1
    for row in margin..<side - margin {
      let y = max(0, min(Float(last), (Float(row - margin) + 0.5) / Float(cellsPerPixel) - 0.5))
      let top = min(Int(y), last - 1)
      for column in margin..<side - margin {
        let x = max(0, min(Float(last), (Float(column - margin) + 0.5) / Float(cellsPerPixel) - 0.5))
        let left = min(Int(x), last - 1)
        let start = image.startIndex + top * imageSide + left
        let upper = mix(Float(image[start]), Float(image[start + 1]), x - Float(left))
        let lower = mix(Float(image[start + imageSide]), Float(image[start + imageSide + 1]), x - Float(left))
        ink[row * side + column] = mix(upper, lower, y - Float(top)) >= 128
      }
    }
    return ink
  }

  private static func mix(_ first: Float, _ second: Float, _ share: Float) -> Float {
    first + (second - first) * share
  }

  /// The distance at a place between cells; far away beyond the square.
  func distance(at place: Point) -> Float {
    let x = place.x - 0.5
    let y = place.y - 0.5
    let last = Float(Self.side - 1)
    guard x >= 0, y >= 0, x < last, y < last else { return Float(Self.side) }
    let (column, row) = (Int(x), Int(y))
    let start = row * Self.side + column
    let upper = Self.mix(distances[start], distances[start + 1], x - Float(column))
    let lower = Self.mix(distances[start + Self.side], distances[start + Self.side + 1], x - Float(column))
    return Self.mix(upper, lower, y - Float(row))
  }
}
