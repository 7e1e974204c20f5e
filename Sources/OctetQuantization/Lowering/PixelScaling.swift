import OctetData
import OctetNetwork

/// A factor and a summand for each channel, which bring pixels from 0 to 1 to what a network takes in. The runtime does
/// it when a pixel becomes an integer, so it costs no layer.
package struct PixelScaling: Sendable {
  package let factors: [Float]
  package let summands: [Float]

  /// Nil where a pixel would become no number, and where the map would take 8 bytes in the file for each of many
  /// numbers in a row.
  init?(factors: [Float], summands: [Float]) {
    let ends = summands + zip(factors, summands).map { $0 + $1 }
    guard ends.allSatisfy({ abs($0) < 1e30 }) else { return nil }
    self.factors = factors
    self.summands = summands
    // One line for all of a row needs no map where each pixel is an integer of its own.
    if factors.count > Self.mostChannels, !self.factors(encoding(seen: nil)).isEmpty { return nil }
  }

  static let mostChannels = 16

  /// The smallest and the largest value of a pixel.
  var range: ValueRange {
    let ends = summands + zip(factors, summands).map { $0 + $1 }
    return ValueRange(Double(ends.min() ?? 0), Double(ends.max() ?? 0))
  }

  /// What the integers stand for: all that pixels can become, unless those that were seen have less than half of that,
  /// as with a channel that is always black.
  ///
  /// - Parameter seen: of the values that pixels became.
  func encoding(seen: ValueRange?) -> IntegerLayer.Encoding {
    func encoding(_ range: ValueRange) -> IntegerLayer.Encoding {
      let (scale, zeroPoint) = range.parameters
      return IntegerLayer.Encoding(scale: scale, zeroPoint: zeroPoint)
    }
    let whole = encoding(range)
    // Where each pixel is an integer of its own, nothing is lost.
    guard let seen, range.high - range.low > 2 * (seen.high - seen.low), !factors(whole).isEmpty else {
      return whole
    }
    return encoding(seen)
  }

  /// How pixels become integers: nothing where that is the pixel less 128.
  func factors(_ encoding: IntegerLayer.Encoding) -> [PixelFactor] {
    let scale = Double(encoding.scale)
    let map = zip(factors, summands).map { factor, summand in
      PixelFactor(
        slope: Double(factor) / 255 / scale, intercept: Double(summand) / scale + Double(encoding.zeroPoint))
    }
    return map.allSatisfy(\.isUnchanged) ? [] : map
  }
}

extension LoweredNetwork {
  /// Lets the input take in a first layer that only scales pixels and shifts them, each channel by itself.
  mutating func absorbPixelScaling() {
    guard layers.count > 1, let first = layers.first, first.kind.scalesChannels, first.activation == .linear,
      first.pool == .one, readers[0] == [0], !gives(1)
    else { return }
    guard let scaling = PixelScaling(factors: first.weights, summands: first.bias) else { return }
    pixelScaling = scaling
    remove(0)
  }

  /// What the integers of an input stand for.
  ///
  /// - Parameters:
  ///   - images: those to calibrate on; nil where there are none, and pixels go in.
  ///   - method: how a range is chosen from values that were seen.
  func inputEncoding(_ images: LabeledItems?, by method: CalibrationMethod) -> IntegerLayer.Encoding {
    guard let pixelScaling else { return images.map { .init(of: $0.values, by: method) } ?? .image }
    guard let images else { return pixelScaling.encoding(seen: nil) }
    var histogram = ValueHistogram()
    for start in stride(from: 0, to: images.count, by: 32) {
      histogram.add(inputValues(images, start..<min(start + 32, images.count)))
    }
    return pixelScaling.encoding(seen: method.range(of: histogram))
  }

  /// What goes in for some items.
  package func inputValues(_ items: LabeledItems, _ range: Range<Int>) -> [Float] {
    let units = items.units(range)
    guard let pixelScaling else { return units }
    let channels = input.channels
    return units.enumerated().map { place, unit in
      unit * pixelScaling.factors[place % channels] + pixelScaling.summands[place % channels]
    }
  }
}

extension PixelFactor {
  /// The integers nearest to `slope * pixel + intercept`.
  ///
  /// - Parameters:
  ///   - slope: at most 64, either way.
  ///   - intercept: at most 2^13, either way.
  init(slope: Double, intercept: Double) {
    // More than 63 steps a pixel leave the integers' range at the first pixels, whatever the rest is.
    let (slope, intercept) = (min(max(slope, -63), 63), min(max(intercept, -8_000), 8_000))
    self.init(
      factor: Int32((slope * 65_536).rounded()), offset: Int32((intercept * 65_536).rounded()) + 32_768)
  }

  /// Nil where no line gives every entry of a table of 256.
  init?(_ table: [Int8], slope: Double, intercept: Double) {
    guard abs(slope) < 63, abs(intercept) < 0x1p13 else { return nil }
    let near = PixelFactor(slope: slope, intercept: intercept)
    // Where an entry is a tie, or nearly one, the next line may give it.
    for factorStep in [0, 1, -1, 2, -2] as [Int32] {
      for offsetStep in [0, 1, -1, 16, -16, 128, -128, 512, -512] as [Int32] {
        let line = PixelFactor(factor: near.factor + factorStep, offset: near.offset + offsetStep)
        if table.indices.allSatisfy({ line.integer($0) == table[$0] }) {
          self = line
          return
        }
      }
    }
    return nil
  }

  /// As the runtime computes it.
  func integer(_ pixel: Int) -> Int8 {
    Int8(clamping: (Int32(pixel) * factor + offset) >> 16)
  }

  /// Whether each pixel becomes itself less 128.
  var isUnchanged: Bool { (0...255).allSatisfy { Int(integer($0)) == $0 - 128 } }
}
