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

  /// A form of any kind.
  public init(fit: Fit, inversion: Inversion) {
    self.fit = fit
    self.inversion = inversion
  }

  /// For digits drawn in any size, light on dark or dark on light.
  public static var digits: PictureForm { PictureForm(fit: .auto, inversion: .auto) }

  /// For pictures that are taken as they are.
  public static var unchanged: PictureForm { PictureForm(fit: .exact, inversion: .no) }

  /// Nil where a byte of the file has no meaning.
  init?(fit: UInt8, inversion: UInt8) {
    guard let fit = Fit(rawValue: fit), let inversion = Inversion(rawValue: inversion) else { return nil }
    self.init(fit: fit, inversion: inversion)
  }
}

#if !hasFeature(Embedded)
  // A chip has no random numbers to hash with.
  extension PictureForm: Hashable {}
#endif
