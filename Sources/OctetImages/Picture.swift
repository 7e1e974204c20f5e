import Octet
import OctetText

/// A gray picture: a PNG file that has been read, or pixels from elsewhere.
///
/// ```swift
/// let picture = try Picture(path: "seven.png")
/// let found = try classifier.classify(picture.fitted(for: classifier.model).pixels)
/// ```
public struct Picture: Equatable, Sendable {
  private let gray: GrayPicture
  /// The file, for errors.
  private let name: String

  /// Pixels in a row, 1 to 4,096.
  public var width: Int { gray.width }
  /// Rows, 1 to 4,096.
  public var height: Int { gray.height }
  /// `height x width` bytes, row by row from the top: 0 is black, 255 is white.
  public var pixels: [UInt8] { gray.pixels }

  /// Reads a PNG file of any kind that the format has.
  ///
  /// Color becomes gray by the weights of ITU-R BT.601, and what is transparent lies over white. The file may have
  /// 4,096 x 4,096 pixels and 64 MiB at most, so that an untrusted one cannot take more memory than that.
  ///
  /// - Throws: ``PictureFailure`` if the file cannot be read, is no PNG file, is damaged, or is too large.
  public init(path: String) throws(PictureFailure) {
    var reader = PNGReader()
    var gray = GrayPicture()
    do throws(PNGError) {
      try reader.read(path: path, into: &gray)
    } catch {
      throw PictureFailure(.png(error))
    }
    (self.gray, name) = (gray, path)
  }

  /// Reads the bytes of a PNG file, as ``init(path:)`` reads a file.
  ///
  /// - Throws: ``PictureFailure`` if the bytes are no PNG file, are damaged, or say that the picture is too large.
  public init(png bytes: [UInt8]) throws(PictureFailure) {
    var reader = PNGReader()
    var gray = GrayPicture()
    let failure = bytes.withUnsafeBytes { (bytes) -> PNGError? in
      do throws(PNGError) {
        try reader.read(bytes: bytes, name: Self.unnamed, into: &gray)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw PictureFailure(.png(failure)) }
    (self.gray, name) = (gray, Self.unnamed)
  }

  /// Takes pixels as they are.
  ///
  /// - Parameters:
  ///   - width: pixels in a row, 1 to 4,096.
  ///   - height: rows, 1 to 4,096.
  ///   - pixels: `height x width` bytes, row by row from the top: 0 is black, 255 is white.
  /// - Throws: ``PictureFailure`` if a side is not from 1 to 4,096 pixels, or `pixels` has another number of bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) throws(PictureFailure) {
    let limits = PNGLimits()
    guard (1...limits.width).contains(width), (1...limits.height).contains(height),
      pixels.count == width * height
    else {
      throw PictureFailure(
        .wrongSize,
        "a picture of \(width) x \(height) with \(pixels.count) pixels: give width x height pixels, at most "
          + "\(limits.width) x \(limits.height)")
    }
    (gray, name) = (GrayPicture(width: width, height: height, pixels: pixels), Self.unnamed)
  }

  private static let unnamed = "the picture"

  /// The picture in the form in which a model was trained, for `Classifier.classify`.
  ///
  /// A model of digits finds the digit, scales and centers it, and inverts dark ink on light paper; a picture of the
  /// model's size keeps its pixels. Other models take pictures of their own size as they are.
  ///
  /// - Parameters:
  ///   - model: takes one channel of at most 256 x 256 pixels.
  ///   - form: how the picture is brought to the model's size; nil for what the model says.
  /// - Throws: ``PictureFailure`` if nothing stands out from the paper, if the picture has another size than the model
  ///   and the form is `exact`, or if the model takes colors or larger pictures.
  public func fitted(for model: Model, form: PictureForm? = nil) throws(PictureFailure) -> FittedPicture {
    guard model.imageChannels == 1 else {
      throw PictureFailure(
        .wrongSize, "the model takes \(model.imageChannels) channels, and a picture has one, gray")
    }
    return try fitted(width: model.imageWidth, height: model.imageHeight, form: form ?? model.pictureForm)
  }

  /// The picture in a form and size of the caller's, for images that a network is trained on.
  ///
  /// - Parameters:
  ///   - width: pixels in a row of the result, 1 to 256.
  ///   - height: rows of the result, 1 to 256.
  ///   - form: `digits` finds a digit of any size; `unchanged` takes pictures of this size alone, as they are.
  /// - Throws: ``PictureFailure`` if nothing stands out from the paper, if the picture has another size and the form is
  ///   `exact`, or if a side is not from 1 to 256.
  public func fitted(width: Int, height: Int, form: PictureForm) throws(PictureFailure) -> FittedPicture {
    guard
      let options = PictureFitting(
        width: width, height: height, fit: PictureFitting.Fit(form.fit),
        inversion: PictureFitting.Inversion(form.inversion))
    else {
      throw PictureFailure(
        .wrongSize,
        "\(width) x \(height): pictures are fitted to 1 to \(PictureFitting.longestSide) pixels a side")
    }
    var fitter = PictureFitter(options)
    do throws(PictureError) {
      return try fitter.fit(gray, name: name)
    } catch {
      throw PictureFailure(error)
    }
  }

  /// The picture as a PNG file of 8 bits, gray and not compressed, so that equal pictures give equal bytes.
  public var png: [UInt8] { PNGWriter.encode(width: width, height: height, pixels: pixels.span) }
}

/// Why a picture could not be read, or not be fitted to a model.
public struct PictureFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What a program can tell apart.
  public enum Kind: Sendable {
    /// There is no such file, it is no regular file, or the system does not let it be read.
    case notReadable
    /// The file is of another format, or empty.
    case notPNG
    /// A PNG file that is cut short or breaks the format.
    case damaged
    /// The picture or the file is larger than the limits, or than the memory there is.
    case tooLarge
    /// The sizes of picture, pixels and model do not go together.
    case wrongSize
    /// Nothing stands out from the paper.
    case noInk
  }

  /// What is wrong.
  public let kind: Kind
  /// One line: the file, what was found, and what to do.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: PictureError) {
    switch error {
    case .noInk: kind = .noInk
    case .size: kind = .wrongSize
    case .png(let error):
      switch error.problem {
      case .cannotOpen, .cannotRead, .folder, .special: kind = .notReadable
      case .empty, .notPNG: kind = .notPNG
      case .noPixels, .truncated, .damaged, .paletteIndex: kind = .damaged
      case .fileTooLarge, .pictureTooLarge, .outOfMemory: kind = .tooLarge
      }
    }
    description = error.description
  }
}
