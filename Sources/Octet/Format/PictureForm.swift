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

  /// For digits drawn in any size, light on dark or dark on light. Also what files say that were made before models
  /// could say anything.
  public static var digits: PictureForm { PictureForm(fit: .auto, inversion: .auto) }

  /// For pictures that are taken as they are.
  public static var unchanged: PictureForm { PictureForm(fit: .exact, inversion: .no) }

  /// Whether both parts of a byte have a meaning; three values each do.
  @inline(__always)
  static func isKnown(_ byte: UInt8) -> Bool { byte & 3 != 3 && byte < 3 << 2 }

  /// For a byte that is known.
  init(byte: UInt8) {
    self.init(
      fit: Fit(rawValue: byte & 3) ?? .auto, inversion: Inversion(rawValue: byte &>> 2) ?? .auto)
  }

  /// The byte in the file: the fit in the low two bits, the inversion in the next two.
  package var byte: UInt8 { fit.rawValue | inversion.rawValue &<< 2 }
}

#if !hasFeature(Embedded)
  // A chip has no random numbers to hash with.
  extension PictureForm: Hashable {}
#endif
