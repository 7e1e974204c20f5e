import OctetHost
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Random changes to training images that leave their class as it is. All zero means none.
package struct Augmentation: Hashable, Sendable {
  /// Up to so many pixels in each direction.
  package var shift: Float = 0
  /// Up to so many degrees either way.
  package var rotate: Float = 0
  /// Larger or smaller by up to this share.
  package var scale: Float = 0
  /// Columns slide by up to this many rows per column, and the reverse.
  package var shear: Float = 0
  /// Pixels wander by up to about this many pixels, neighbours together.
  package var elastic: Float = 0

  package init() {}

  package var isNone: Bool { self == Augmentation() }

  static let names = ["shift", "rotate", "scale", "shear", "elastic"]

  /// What `parse` accepts.
  package static let grammar = "none or shift=PIXELS,rotate=DEGREES,scale=SHARE,shear=SHARE,elastic=PIXELS"

  /// Reads `shift=2,rotate=10`; nil when the text does not follow the grammar.
  package init?(_ text: String) {
    if text == "none" { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let value = Float(String(sides[1])), value.isFinite, value >= 0 else {
        return nil
      }
      switch sides[0] {
      case "shift" where value <= 64: shift = value
      case "rotate" where value <= 180: rotate = value
      case "scale" where value <= 0.9: scale = value
      case "shear" where value <= 2: shear = value
      case "elastic" where value <= 64: elastic = value
      default: return nil
      }
    }
  }

  package var text: String {
    if isNone { return "none" }
    let parts = zip(Self.names, [shift, rotate, scale, shear, elastic]).filter { $0.1 != 0 }
    return parts.map { "\($0.0)=\($0.1 == $0.1.rounded() ? "\(Int($0.1))" : "\($0.1)")" }.joined(
      separator: ",")
  }
}

extension Augmentation {
  /// Writes a changed copy of one image, `shape.count` bytes, as floats from 0 to 1.
  ///
  /// Every target pixel is looked up where an affine map about the centre, plus a smooth displacement, takes it, and
  /// mixed from the four pixels around that place. Beyond the edge is paper.
  package func apply(
    _ source: UnsafePointer<UInt8>, shape: ImageShape, random: inout RandomStream,
    into target: UnsafeMutablePointer<Float>
  ) {
    func draw(_ limit: Float) -> Float { limit == 0 ? 0 : random.nextFloat(in: -limit..<limit) }
    let angle = draw(rotate) * .pi / 180
    let zoom = 1 / (1 + draw(scale))
    let (shearX, shearY) = (draw(shear), draw(shear))
    let (shiftX, shiftY) = (draw(shift), draw(shift))
    let (sine, cosine) = (sinf(angle), cosf(angle))
    let wander = elastic == 0 ? nil : Displacement(shape, strength: elastic, random: &random)
    let centreX = Float(shape.width - 1) / 2
    let centreY = Float(shape.height - 1) / 2
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        let x = Float(column) - centreX - shiftX
        let y = Float(row) - centreY - shiftY
        let (leanX, leanY) = (x + shearX * y, y + shearY * x)
        var sourceX = zoom * (cosine * leanX - sine * leanY) + centreX
        var sourceY = zoom * (sine * leanX + cosine * leanY) + centreY
        if let wander {
          let (moveX, moveY) = wander.at(row: row, column: column)
          sourceX += moveX
          sourceY += moveY
        }
        sample(
          source, shape, x: sourceX, y: sourceY, into: target + (row * shape.width + column) * shape.channels)
      }
    }
  }

  private func sample(
    _ source: UnsafePointer<UInt8>, _ shape: ImageShape, x: Float, y: Float,
    into pixel: UnsafeMutablePointer<Float>
  ) {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (shareX, shareY) = (x - left, y - top)
    let corners: [4 of (Int, Int, Float)] = [
      (0, 0, (1 - shareX) * (1 - shareY)), (1, 0, shareX * (1 - shareY)), (0, 1, (1 - shareX) * shareY),
      (1, 1, shareX * shareY),
    ]
    for channel in 0..<shape.channels { pixel[channel] = 0 }
    // A place far outside would not fit an Int; nothing of it is visible either.
    guard abs(left) < 8192, abs(top) < 8192 else { return }
    for index in corners.indices {
      let (right, down, share) = corners[index]
      let (column, row) = (Int(left) + right, Int(top) + down)
      guard column >= 0, column < shape.width, row >= 0, row < shape.height else { continue }
      let cell = source + (row * shape.width + column) * shape.channels
      for channel in 0..<shape.channels { pixel[channel] += share * Float(cell[channel]) / 255 }
    }
  }
}

/// A smooth random field: random steps on a coarse grid, blended by cubic B-splines.
private struct Displacement {
  /// Pixels between grid points.
  private static let spacing: Float = 6

  private let columns: Int
  private let steps: [(Float, Float)]

  init(_ shape: ImageShape, strength: Float, random: inout RandomStream) {
    // One point before and two after the image, so that every pixel has four by four around it.
    columns = Int(Float(shape.width) / Self.spacing) + 4
    let rows = Int(Float(shape.height) / Self.spacing) + 4
    // The blend weakens independent steps; this brings the field's largest values back to about `strength`.
    let gain = 1.6 * strength
    steps = (0..<rows * columns).map { _ in
      (gain * (2 * random.nextUnit() - 1), gain * (2 * random.nextUnit() - 1))
    }
  }

  func at(row: Int, column: Int) -> (Float, Float) {
    let (gridX, gridY) = (Float(column) / Self.spacing, Float(row) / Self.spacing)
    let (left, top) = (Int(gridX), Int(gridY))
    let weightsX = Self.spline(gridX - Float(left))
    let weightsY = Self.spline(gridY - Float(top))
    var sum: (Float, Float) = (0, 0)
    for down in 0..<4 {
      for right in 0..<4 {
        let step = steps[(top + down) * columns + left + right]
        let weight = weightsX[right] * weightsY[down]
        sum.0 += weight * step.0
        sum.1 += weight * step.1
      }
    }
    return sum
  }

  /// The four weights of the uniform cubic B-spline at `t` in [0, 1).
  private static func spline(_ t: Float) -> SIMD4<Float> {
    let u = 1 - t
    return SIMD4(u * u * u, 3 * t * t * t - 6 * t * t + 4, 3 * u * u * u - 6 * u * u + 4, t * t * t) / 6
  }
}
