import OctetData
import OctetHost

/// How a digit is drawn: page, pen, place, and what a scanner or a camera makes of it. Drawn at random for every
/// picture.
struct DrawingStyle {
  typealias Point = SIMD2<Float>

  /// What kind of picture it is.
  enum Kind: CaseIterable, Sendable {
    /// As large as the network's input, as it comes out of an icon editor.
    case icon
    /// Up to 96 pixels a side.
    case small
    /// A page of a paint program or a scanner, with pens from a hairline to a broad brush.
    case page
    /// Paper with a texture in uneven light, through a lens with noise.
    case photo
  }

  let kind: Kind
  let width: Int
  let height: Int
  /// Pixels along the longer side of the lines.
  let length: Float
  /// Pixels from the middle of a line to its edge; of a digit with its own breadth, what is added to that.
  let radius: Float
  /// How much the radius changes across the digit, and along which wave.
  let pressure: Float
  private let wave: Point
  private let phase: Float
  /// Pixels over which an edge fades; 0 for pixels that are ink or paper.
  let edge: Float
  /// Where the middle of the digit is on the page.
  let place: Point
  /// Rows of the matrix from a distance on the page to one of the digit, in parts of its length.
  private let inverse: (Point, Point)
  /// Gray of paper and ink.
  let paper: Float
  let ink: Float
  /// How light changes across the page, in gray per pixel, and towards its corners.
  let slope: Point
  let falloff: Float
  /// Grays of noise in each pixel and in patches of texture.
  let noise: Float
  let texture: Float

  /// - Parameter hasBreadth: whether the digit has strokes of its own breadth.
  init(random: inout RandomStream, hasBreadth: Bool) {
    func between(_ lower: Float, _ upper: Float) -> Float { random.nextFloat(in: lower..<upper) }
    // The sum of three evenly spread values: a bell from -3 to 3 whose standard deviation is one.
    func bell() -> Float { between(-1, 1) + between(-1, 1) + between(-1, 1) }

    let choice = between(0, 1)
    kind = choice < 0.28 ? .icon : choice < 0.4 ? .small : choice < 0.8 ? .page : .photo
    switch kind {
    case .icon: (width, height) = (28, 28)
    case .small: (width, height) = (Int(between(20, 97)), Int(between(20, 97)))
    case .page where between(0, 1) < 0.06: (width, height) = (Int(between(500, 1000)), Int(between(400, 800)))
    case .page: (width, height) = (Int(between(97, 400)), Int(between(97, 400)))
    case .photo: (width, height) = (Int(between(160, 400)), Int(between(160, 400)))
    }
    let room = Float(min(width, height))
    let length =
      switch kind {
      case .icon: between(13, 24)
      case .small: max(12, room * between(0.45, 0.8))
      case .page: max(24, room * between(0.15, 0.8))
      case .photo: max(40, room * between(0.3, 0.75))
      }
    self.length = length
    let pen = between(0, 1)
    if hasBreadth {
      radius = length * between(-0.015, 0.02)
    } else if kind == .icon {
      radius = between(0.45, 2.3)
    } else if pen < 0.35, kind != .photo {
      radius = between(0.5, 1.2)
    } else if pen < 0.7 {
      radius = max(0.6, length * between(0.01, 0.045))
    } else {
      radius = max(0.7, length * between(0.045, 0.11))
    }
    pressure = between(0, 0.3)
    wave = Point(between(-8, 8), between(-8, 8)) / length
    phase = between(0, 1)
    let isHard = kind != .photo && between(0, 1) < 0.45
    edge = isHard ? 0 : kind == .photo ? between(1.5, 4) : between(0.8, 1.6)
    let free = max(0, room - length - 2 * radius - 2) / 2
    let spread = kind == .icon ? min(free, 3) : free
    place =
      Point(Float(width), Float(height)) / 2
      + Point(between(-1, 1), between(-1, 1)) * spread
    // Stretch and slant, then turn; the digit's own size is that of its upright lines.
    let aspect = between(0.5, 1.25)
    let slant = 0.09 * bell()
    let turn = 0.018 * bell()
    let (sine, cosine) = (PolynomialSine.sine(turns: turn), PolynomialSine.cosine(turns: turn))
    let first = Point(cosine * aspect, -cosine * slant - sine)
    let second = Point(sine * aspect, -sine * slant + cosine)
    let determinant = first.x * second.y - first.y * second.x
    inverse = (Point(second.y, -first.y) / determinant, Point(-second.x, first.x) / determinant)

    let isDarkInk = between(0, 1) < 0.7
    let (dark, light): (Float, Float)
    if kind == .photo {
      let contrast = between(45, 150)
      dark = between(20, 200 - contrast)
      light = dark + contrast
    } else if between(0, 1) < 0.7 {
      (dark, light) = (0, 255)
    } else {
      dark = between(0, 110)
      light = dark + between(70, 145)
    }
    (paper, ink) = isDarkInk ? (light, dark) : (dark, light)
    let isPhoto = kind == .photo
    let isScan = kind == .page && between(0, 1) < 0.2
    slope = isPhoto ? Point(between(-40, 40), between(-40, 40)) / room : Point()
    falloff = isPhoto ? between(0, 25) : 0
    noise = isPhoto ? between(0, 10) : isScan ? between(0, 6) : 0
    texture = isPhoto ? between(0, 6) : 0
  }

  /// How much of a pixel is ink.
  func cover(_ field: LineField, row: Int, column: Int) -> Float {
    let away = Point(Float(column) + 0.5, Float(row) + 0.5) - place
    let cells = field.length / length
    let turned = Point((inverse.0 * away).sum(), (inverse.1 * away).sum())
    let distance = field.distance(at: field.middle + turned * cells) / cells
    let radius =
      self.radius + abs(self.radius) * pressure
      * PolynomialSine.sine(turns: phase + 0.1 * (wave * away).sum())
    if edge == 0 { return distance <= radius ? 1 : 0 }
    return min(1, max(0, 0.5 - (distance - radius) / edge))
  }
}
