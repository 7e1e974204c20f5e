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
  /// The share of images in which left and right change places.
  package var flip: Float = 0
  /// So many pixels of border are added on each side, and a part of the old size is cut out: whole pixels move.
  package var crop: Float = 0
  /// All numbers are multiplied by 1 more or less up to this.
  package var brightness: Float = 0
  /// Distances from the image's mean brightness are multiplied so.
  package var contrast: Float = 0
  /// Distances of a pixel's colours from its own brightness are multiplied so; for images of red, green and blue.
  package var saturation: Float = 0
  /// A square of so many pixels gets the image's mean colour; parts of it may lie outside.
  package var cutout: Float = 0
  /// Another image of the batch is mixed in, and its target too, by shares of a beta distribution with this parameter.
  package var mixup: Float = 0

  package init() {}

  package var isNone: Bool { self == Augmentation() }

  /// Whether each image is as it is in the data, but for what is mixed in.
  package var leavesPixels: Bool {
    var rest = self
    rest.mixup = 0
    return rest.isNone
  }

  private var turns: Bool { shift != 0 || rotate != 0 || scale != 0 || shear != 0 || elastic != 0 }

  private struct Setting {
    let name: String
    let placeholder: String
    let most: Float
    let isWhole: Bool
    let path: any WritableKeyPath<Augmentation, Float> & Sendable
  }

  private static let settings = [
    Setting(name: "shift", placeholder: "PIXELS", most: 64, isWhole: false, path: \.shift),
    Setting(name: "rotate", placeholder: "DEGREES", most: 180, isWhole: false, path: \.rotate),
    Setting(name: "scale", placeholder: "SHARE", most: 0.9, isWhole: false, path: \.scale),
    Setting(name: "shear", placeholder: "SHARE", most: 2, isWhole: false, path: \.shear),
    Setting(name: "elastic", placeholder: "PIXELS", most: 64, isWhole: false, path: \.elastic),
    Setting(name: "flip", placeholder: "SHARE", most: 1, isWhole: false, path: \.flip),
    Setting(name: "crop", placeholder: "PIXELS", most: 64, isWhole: true, path: \.crop),
    Setting(name: "brightness", placeholder: "SHARE", most: 1, isWhole: false, path: \.brightness),
    Setting(name: "contrast", placeholder: "SHARE", most: 1, isWhole: false, path: \.contrast),
    Setting(name: "saturation", placeholder: "SHARE", most: 1, isWhole: false, path: \.saturation),
    Setting(name: "cutout", placeholder: "PIXELS", most: 256, isWhole: true, path: \.cutout),
    Setting(name: "mixup", placeholder: "ALPHA", most: 1, isWhole: false, path: \.mixup),
  ]

  /// What `init(_:)` accepts.
  package static var grammar: String {
    "none or " + settings.map { "\($0.name)=\($0.placeholder)" }.joined(separator: ",")
  }

  /// Reads `shift=2,rotate=10`; nil when the text does not follow the grammar.
  package init?(_ text: String) {
    if text == "none" { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let setting = Self.settings.first(where: { $0.name == sides[0] }),
        let value = Float(String(sides[1])), value >= 0, value <= setting.most,
        !setting.isWhole || value == value.rounded()
      else { return nil }
      self[keyPath: setting.path] = value
    }
  }

  package var text: String {
    if isNone { return "none" }
    let parts = Self.settings.map { ($0.name, self[keyPath: $0.path]) }.filter { $0.1 != 0 }
    return parts.map { "\($0.0)=\($0.1 == $0.1.rounded() ? "\(Int($0.1))" : "\($0.1)")" }.joined(
      separator: ",")
  }

  /// Why it cannot be done to such images; nil where it can.
  package func fault(for shape: ImageShape) -> String? {
    if saturation > 0, shape.channels != 3 {
      return "saturation is for images of red, green and blue, and these are \(shape)"
    }
    if shape.isFlat, flip > 0 || crop > 0 || cutout > 0 {
      return "flip, crop and cutout are for images of rows and columns, and these are \(shape)"
    }
    return nil
  }

  /// The share that an image keeps when another one is mixed in, a half at least.
  ///
  /// Jöhnk's way to the beta distribution: two powers of uniform numbers, drawn again until their sum is below 1.
  package func mixingShare(_ random: inout RandomStream) -> Float {
    while true {
      // Above 0, so that no power is a quotient of nothing.
      let first = pow(Double(random.nextUnit()) + 0x1p-25, 1 / Double(mixup))
      let second = pow(Double(random.nextUnit()) + 0x1p-25, 1 / Double(mixup))
      // Where both powers vanish, one of them is all.
      if first + second == 0 { return 1 }
      if first + second <= 1 { return Float(max(first, second) / (first + second)) }
    }
  }
}

extension Augmentation {
  /// Writes a changed copy of one image, `shape.count` bytes, as floats from 0 to 1.
  package func apply(
    _ source: UnsafePointer<UInt8>, shape: ImageShape, random: inout RandomStream,
    into target: UnsafeMutablePointer<Float>
  ) {
    // All random numbers first, always in this order: what is set decides how many there are.
    let map = turns ? PixelMap(self, shape, random: &random) : nil
    let isMirrored = flip > 0 && random.nextUnit() < flip
    let (down, right) = crop > 0 ? (Self.offset(crop, &random), Self.offset(crop, &random)) : (0, 0)
    let colors = ColorChange(self, random: &random)
    let hole = cutout > 0 ? Hole(size: Int(cutout), shape, random: &random) : nil
    if isMirrored || down != 0 || right != 0 {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: shape.count) { room in
        guard let moved = room.baseAddress else { return }
        Self.move(source, shape, isMirrored: isMirrored, down: down, right: right, into: moved)
        Self.write(moved, shape, map, into: target)
      }
    } else {
      Self.write(source, shape, map, into: target)
    }
    colors.apply(target, shape)
    hole?.fill(target, shape)
  }

  /// A whole number from -limit to limit.
  private static func offset(_ limit: Float, _ random: inout RandomStream) -> Int {
    Int(random.nextUnit() * (2 * limit + 1)) - Int(limit)
  }

  /// Copies whole pixels; what comes from beyond the edge is 0.
  private static func move(
    _ source: UnsafePointer<UInt8>, _ shape: ImageShape, isMirrored: Bool, down: Int, right: Int,
    into target: UnsafeMutablePointer<UInt8>
  ) {
    let line = shape.width * shape.channels
    for row in 0..<shape.height {
      let place = target + row * line
      place.update(repeating: 0, count: line)
      let from = row - down
      guard (0..<shape.height).contains(from) else { continue }
      for column in max(right, 0)..<max(min(shape.width, shape.width + right), max(right, 0)) {
        let own = column - right
        let pixel = source + from * line + (isMirrored ? shape.width - 1 - own : own) * shape.channels
        (place + column * shape.channels).update(from: pixel, count: shape.channels)
      }
    }
  }

  private static func write(
    _ source: UnsafePointer<UInt8>, _ shape: ImageShape, _ map: PixelMap?,
    into target: UnsafeMutablePointer<Float>
  ) {
    if let map {
      map.write(source, shape, into: target)
    } else {
      for index in 0..<shape.count { target[index] = Float(source[index]) / 255 }
    }
  }
}

/// Where each pixel of a changed image comes from: an affine map about the centre, and a smooth displacement.
private struct PixelMap {
  private let zoom: Float
  private let shear: (x: Float, y: Float)
  private let shift: (x: Float, y: Float)
  private let sine: Float
  private let cosine: Float
  private let wander: Displacement?

  init(_ augmentation: Augmentation, _ shape: ImageShape, random: inout RandomStream) {
    func draw(_ limit: Float) -> Float { limit == 0 ? 0 : random.nextFloat(in: -limit..<limit) }
    let angle = draw(augmentation.rotate) * .pi / 180
    zoom = 1 / (1 + draw(augmentation.scale))
    shear = (draw(augmentation.shear), draw(augmentation.shear))
    shift = (draw(augmentation.shift), draw(augmentation.shift))
    (sine, cosine) = (sinf(angle), cosf(angle))
    wander =
      augmentation.elastic == 0
      ? nil : Displacement(shape, strength: augmentation.elastic, random: &random)
  }

  /// Every target pixel is looked up where the map takes it, and mixed from the four pixels around that place. Beyond
  /// the edge is paper.
  func write(_ source: UnsafePointer<UInt8>, _ shape: ImageShape, into target: UnsafeMutablePointer<Float>) {
    let centreX = Float(shape.width - 1) / 2
    let centreY = Float(shape.height - 1) / 2
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        let x = Float(column) - centreX - shift.x
        let y = Float(row) - centreY - shift.y
        let (leanX, leanY) = (x + shear.x * y, y + shear.y * x)
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

/// Other brightness, contrast and colours, as in torchvision's ColorJitter: what is multiplied is kept between 0 and 1.
private struct ColorChange {
  private let brightness: Float
  private let contrast: Float
  private let saturation: Float

  init(_ augmentation: Augmentation, random: inout RandomStream) {
    func factor(_ limit: Float) -> Float { limit == 0 ? 1 : random.nextFloat(in: 1 - limit..<1 + limit) }
    brightness = factor(augmentation.brightness)
    contrast = factor(augmentation.contrast)
    saturation = factor(augmentation.saturation)
  }

  func apply(_ image: UnsafeMutablePointer<Float>, _ shape: ImageShape) {
    if brightness != 1 {
      for index in 0..<shape.count { image[index] = min(image[index] * brightness, 1) }
    }
    let pixels = shape.height * shape.width
    if contrast != 1 {
      var sum: Float = 0
      for pixel in 0..<pixels { sum += Self.gray(image + pixel * shape.channels, shape.channels) }
      let mean = sum / Float(pixels)
      for index in 0..<shape.count { image[index] = Self.clip(mean + contrast * (image[index] - mean)) }
    }
    if saturation != 1 {
      for pixel in 0..<pixels {
        let colors = image + pixel * shape.channels
        let gray = Self.gray(colors, shape.channels)
        for channel in 0..<shape.channels {
          colors[channel] = Self.clip(gray + saturation * (colors[channel] - gray))
        }
      }
    }
  }

  private static func clip(_ value: Float) -> Float { min(max(value, 0), 1) }

  /// The brightness of a pixel, of red, green and blue as in television.
  private static func gray(_ pixel: UnsafePointer<Float>, _ channels: Int) -> Float {
    if channels == 3 { return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2] }
    var sum: Float = 0
    for channel in 0..<channels { sum += pixel[channel] }
    return sum / Float(channels)
  }
}

/// A square that is cut out of an image.
private struct Hole {
  private let rows: Range<Int>
  private let columns: Range<Int>

  /// Its middle is anywhere on the image.
  init(size: Int, _ shape: ImageShape, random: inout RandomStream) {
    func range(_ extent: Int) -> Range<Int> {
      let start = Int(random.nextUnit() * Float(extent)) - size / 2
      return max(start, 0)..<max(min(start + size, extent), max(start, 0))
    }
    rows = range(shape.height)
    columns = range(shape.width)
  }

  /// Puts the image's mean colour in its place.
  func fill(_ image: UnsafeMutablePointer<Float>, _ shape: ImageShape) {
    let pixels = shape.height * shape.width
    for channel in 0..<shape.channels {
      var sum: Float = 0
      for pixel in 0..<pixels { sum += image[pixel * shape.channels + channel] }
      let mean = sum / Float(pixels)
      for row in rows {
        for column in columns { image[(row * shape.width + column) * shape.channels + channel] = mean }
      }
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
