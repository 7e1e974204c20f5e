/// What pixels of 0 and 255 were when a model was trained: for all channels alike, or for each by itself in the order
/// in which the model takes them.
public struct PixelRange: Equatable, Sendable {
  /// What a pixel of 0 was, in all channels or in each.
  package let lows: [Float]
  /// What a pixel of 255 was.
  package let highs: [Float]

  /// The same for all channels, such as `-1...1`.
  public init(_ range: ClosedRange<Float>) {
    lows = [range.lowerBound]
    highs = [range.upperBound]
  }

  /// A range for each channel; there is at least one.
  public init(channels: [ClosedRange<Float>]) {
    precondition(!channels.isEmpty, "a range for each channel")
    lows = channels.map(\.lowerBound)
    highs = channels.map(\.upperBound)
  }

  /// What PyTorch's `Normalize` makes of pixels that were brought to 0 to 1: `(pixel / 255 - mean) / deviation`.
  ///
  /// - Parameters:
  ///   - mean: of each channel, or one for all.
  ///   - deviation: as many numbers, all above 0.
  public init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == deviation.count && !mean.isEmpty, "a mean and a deviation for each channel")
    precondition(deviation.allSatisfy { $0 > 0 }, "deviations are above 0")
    lows = zip(mean, deviation).map { (0 - $0) / $1 }
    highs = zip(mean, deviation).map { (1 - $0) / $1 }
  }

  /// 0 to 1, as Octet itself trains.
  public static let unit = PixelRange(0...1)

  /// Keras' preprocessing in its mode "tf", as of MobileNet: -1 to 1.
  public static let tf = PixelRange(-1...1)

  /// Keras' preprocessing in its mode "torch", as of DenseNet, and what torchvision's models take: the means and
  /// deviations of ImageNet's pixels.
  public static let torch = PixelRange(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// Keras' preprocessing in its mode "caffe", as of ResNet50 and VGG16: pixels less the means of ImageNet's, where the
  /// model takes blue, green, red.
  public static let caffe = PixelRange(
    channels: [103.939, 116.779, 123.68].map { (mean: Float) in -mean...255 - mean })

  /// Whether such a model can take it: with a range for all channels, or one for each; a flat input of as many values
  /// as pictures have has their channels side by side.
  ///
  /// - Parameters:
  ///   - channels: of the model's input.
  ///   - isFlat: whether it is one row of numbers.
  package func fits(channels: Int, isFlat: Bool) -> Bool {
    lows.count == 1 || lows.count == channels || (isFlat && channels % lows.count == 0)
  }

  package func low(_ channel: Int) -> Float { lows[channel % lows.count] }
  package func span(_ channel: Int) -> Float { highs[channel % lows.count] - low(channel) }

  /// Numbers of training, of pixels from 0 to 1 whose channels lie side by side.
  package func values(_ units: [Float], channels: Int) -> [Float] {
    if self == .unit { return units }
    return units.enumerated().map { place, unit in
      low(place % channels) + span(place % channels) * unit
    }
  }

  /// From the lowest to the highest of all channels.
  package var whole: ClosedRange<Float> { (lows.min() ?? 0)...(highs.max() ?? 1) }
}

extension PixelRange: CustomStringConvertible {
  /// As `--pixels` takes it.
  public var description: String { zip(lows, highs).map { "\($0):\($1)" }.joined(separator: ",") }
}
