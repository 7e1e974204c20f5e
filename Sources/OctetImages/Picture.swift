import Octet
import OctetText

/// A picture, gray or in color: a PNG file that has been read, or pixels from elsewhere.
///
/// ```swift
/// let picture = try Picture(path: "seven.png")
/// let found = try classifier.classify(picture.fitted(for: classifier.model).pixels)
/// ```
public struct Picture: Equatable, Sendable {
  /// Pixels in a row, 1 to 4,096.
  public let width: Int
  /// Rows, 1 to 4,096.
  public let height: Int
  /// Bytes of a pixel: 1 for gray, 3 for red, green and blue.
  public let channels: Int
  /// `height x width x channels` bytes, row by row from the top: 0 is dark, 255 is light.
  public let pixels: [UInt8]
  /// The file, for errors.
  private let name: String

  private init(_ raster: PixelRaster, name: String) {
    (width, height, channels, pixels) = (raster.width, raster.height, raster.channels, raster.pixels)
    self.name = name
  }

  /// Reads a PNG file of any kind that the format has.
  ///
  /// In gray, color becomes gray by the weights of ITU-R BT.601; in color, gray is the same red, green and blue. What
  /// is transparent lies over white. The file may have 4,096 x 4,096 pixels and 64 MiB at most, so that an untrusted
  /// one cannot take more memory than that.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - inColor: whether the picture has three channels, for a model that takes three.
  /// - Throws: ``PictureFailure`` if the file cannot be read, is no PNG file, is damaged, or is too large.
  public init(path: String, inColor: Bool = false) throws(PictureFailure) {
    var reader = PNGReader()
    do throws(PNGError) {
      if inColor {
        var color = ColorPicture()
        try reader.read(path: path, into: &color)
        self.init(color.raster, name: path)
      } else {
        var gray = GrayPicture()
        try reader.read(path: path, into: &gray)
        self.init(gray.raster, name: path)
      }
    } catch {
      throw PictureFailure(.png(error))
    }
  }

  /// Reads the bytes of a PNG file, as ``init(path:inColor:)`` reads a file.
  ///
  /// - Throws: ``PictureFailure`` if the bytes are no PNG file, are damaged, or say that the picture is too large.
  public init(png bytes: [UInt8], inColor: Bool = false) throws(PictureFailure) {
    var reader = PNGReader()
    do throws(PNGError) {
      if inColor {
        var color = ColorPicture()
        try reader.read(bytes: bytes.span, name: Self.unnamed, into: &color)
        self.init(color.raster, name: Self.unnamed)
      } else {
        var gray = GrayPicture()
        try reader.read(bytes: bytes.span, name: Self.unnamed, into: &gray)
        self.init(gray.raster, name: Self.unnamed)
      }
    } catch {
      throw PictureFailure(.png(error))
    }
  }

  /// Takes pixels as they are.
  ///
  /// - Parameters:
  ///   - width: pixels in a row, 1 to 4,096.
  ///   - height: rows, 1 to 4,096.
  ///   - channels: 1 for gray, 3 for red, green and blue.
  ///   - pixels: `height x width x channels` bytes, row by row from the top: 0 is dark, 255 is light.
  /// - Throws: ``PictureFailure`` if a side is not from 1 to 4,096 pixels, there are other than 1 or 3 channels, or
  ///   `pixels` has another number of bytes.
  public init(width: Int, height: Int, channels: Int = 1, pixels: [UInt8]) throws(PictureFailure) {
    let limits = PNGLimits()
    guard (1...limits.width).contains(width), (1...limits.height).contains(height),
      channels == 1 || channels == 3, pixels.count == width * height * channels
    else {
      throw PictureFailure(
        .wrongSize,
        "a picture of \(width) x \(height) and \(channels) channels with \(pixels.count) bytes: give "
          + "width x height x channels bytes, at most \(limits.width) x \(limits.height) pixels of 1 or 3 channels"
      )
    }
    (self.width, self.height, self.channels, self.pixels) = (width, height, channels, pixels)
    name = Self.unnamed
  }

  private static let unnamed = "the picture"

  /// The picture in the form in which a model was trained, for `Classifier.classify`.
  ///
  /// A model of digits finds the digit, scales and centers it, and inverts dark ink on light paper; a picture of the
  /// model's size keeps its pixels. Other models scale the picture, or take it as it is, as they say. A model of three
  /// channels takes a gray picture as a color picture without color, and a model of one channel a color picture's gray.
  ///
  /// - Parameters:
  ///   - model: takes one or three channels.
  ///   - form: how the picture is brought to the model's size; nil for what the model says.
  /// - Throws: ``PictureFailure`` if nothing stands out from the paper, if the picture has another size than the model
  ///   and the form is `exact`, or if pictures cannot become the model's input.
  public func fitted(for model: Model, form: PictureForm? = nil) throws(PictureFailure) -> FittedPicture {
    try fitted(
      width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels,
      form: form ?? model.pictureForm)
  }

  /// The picture in a form and size of the caller's, for images that a network is trained on.
  ///
  /// - Parameters:
  ///   - width: pixels in a row of the result.
  ///   - height: rows of the result.
  ///   - channels: 1 for gray, 3 for red, green and blue.
  ///   - form: `digits` finds a digit of any size, for 1 to 256 pixels a side and one channel; `unchanged` takes
  ///     pictures of this size alone, as they are; others scale them to 1 to 512 pixels a side.
  /// - Throws: ``PictureFailure`` if nothing stands out from the paper, if the picture has another size and the form is
  ///   `exact`, or if the form cannot give such a size.
  public func fitted(
    width: Int, height: Int, channels: Int = 1, form: PictureForm
  ) throws(PictureFailure) -> FittedPicture {
    guard let options = PictureFitting(width: width, height: height, channels: channels, form: form) else {
      throw PictureFailure(
        .wrongSize,
        "pictures cannot become \(width) x \(height) pixels of \(channels) channels so: \(PictureFitting.possible)"
      )
    }
    var fitter = PictureFitter(options)
    do throws(PictureError) {
      if self.channels == 1 {
        return try fitter.fit(GrayPicture(width: self.width, height: self.height, pixels: pixels), name: name)
      }
      return try fitter.fit(ColorPicture(width: self.width, height: self.height, pixels: pixels), name: name)
    } catch {
      throw PictureFailure(error)
    }
  }

  /// The picture as a PNG file of 8 bits, not compressed, so that equal pictures give equal bytes.
  public var png: [UInt8] {
    PNGWriter.encode(width: width, height: height, channels: channels, pixels: pixels.span)
  }
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
    case .other: kind = .damaged
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
