/// How a picture becomes what the network takes in: a property of the model, as it was trained on pictures of that
/// form.
public struct PictureForm: Sendable {
  /// What is done to the size. The raw value is what stands in the file.
  public enum Fit: UInt8, Sendable {
    /// `exact` for a picture of the model's size, `digit` for any other.
    case auto = 0
    /// Nothing: only a picture of the model's size is taken.
    case exact = 1
    /// The ink is found, scaled and centered, as was done to MNIST.
    case digit = 2
    /// The whole picture is scaled to the model's size, and may be squeezed.
    case stretch = 3
    /// The middle of the picture that has the model's proportions is scaled.
    case crop = 4
    /// The whole picture is scaled without squeezing it; what is left of the model's input is black.
    case pad = 5
  }

  /// Whether dark and light change places. The raw value is what stands in the file.
  public enum Inversion: UInt8, Sendable {
    /// Where a picture has dark ink on light paper.
    case auto = 0
    /// Never.
    case no = 1
    /// Always.
    case yes = 2
  }

  /// What is done to the size.
  public var fit: Fit
  /// Whether dark and light change places.
  public var inversion: Inversion
  /// Whether the channels of a color picture go in as blue, green, red.
  public var takesBlueFirst: Bool

  /// A form of any kind.
  public init(fit: Fit, inversion: Inversion, takesBlueFirst: Bool = false) {
    self.fit = fit
    self.inversion = inversion
    self.takesBlueFirst = takesBlueFirst
  }

  /// For digits drawn in any size, light on dark or dark on light.
  public static var digits: PictureForm { PictureForm(fit: .auto, inversion: .auto) }

  /// For pictures that are taken as they are.
  public static var unchanged: PictureForm { PictureForm(fit: .exact, inversion: .no) }

  /// Nil where a byte of the file has no meaning.
  init?(fit: UInt8, inversion: UInt8, order: UInt8 = 0) {
    guard let fit = Fit(rawValue: fit), let inversion = Inversion(rawValue: inversion) else { return nil }
    self.init(fit: fit, inversion: inversion, takesBlueFirst: order != 0)
  }
}

#if !hasFeature(Embedded)
  // A chip has no random numbers to hash with.
  extension PictureForm: Hashable {}
#endif

/// How a pixel becomes an integer of the input where that is not the pixel less 128: a factor and an offset for each
/// channel, in 1/65,536.
package struct PixelMap {
  private let numbers: UnsafePointer<Int32>
  private let channels: Int

  init(_ numbers: UnsafePointer<Int32>, channels: Int) {
    self.numbers = numbers
    self.channels = channels
  }

  /// The factor of a channel.
  package func factor(_ channel: Int) -> Int32 { numbers[2 &* channel] }
  /// The offset of a channel; half a step for rounding is in it.
  package func offset(_ channel: Int) -> Int32 { numbers[2 &* channel &+ 1] }

  /// Brings a row of `width` pixels to the input.
  ///
  /// The loader has checked that no sum leaves 32 bits: `255 * 2^22 + 2^30 < 2^31`.
  package func apply(_ pixels: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Int8>, width: Int) {
    var index = 0
    for _ in 0..<width {
      for channel in 0..<channels {
        let value = (Int32(pixels[index]) &* factor(channel) &+ offset(channel)) &>> 16
        target[index] = Int8(truncatingIfNeeded: min(max(value, -128), 127))
        index &+= 1
      }
    }
  }
}
