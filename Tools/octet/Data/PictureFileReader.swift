import OctetData
import OctetHost
import OctetImages
import Synchronization

/// Reads the pictures of class folders from PNG and JPEG files, and counts what was done to them.
///
/// A class, as the counts go up while the files are read.
final class PictureFileReader: PictureReader {
  /// How many channels pictures are read with.
  enum Channels: Equatable {
    case gray, color
    /// Gray where a picture has no color.
    case asStored
    /// As many as give a flat input its numbers, gray where neither does.
    case numbers(Int)
  }

  private let channels: Channels
  /// Nil where the pixels are taken as they are in the file.
  private let fitter: Mutex<PictureFitter>?
  private let read = Atomic<Int>(0)
  private let fitted = Atomic<Int>(0)
  private let inverted = Atomic<Int>(0)

  var pictureCount: Int { read.load(ordering: .relaxed) }
  /// Those that were scaled, or scaled and centered.
  var fittedCount: Int { fitted.load(ordering: .relaxed) }
  var invertedCount: Int { inverted.load(ordering: .relaxed) }
  var takesPixelsAsTheyAre: Bool { fitter == nil }

  /// - Parameter channels: of pictures that are taken as they are; those that are fitted have the input's.
  init(_ fitting: PictureFitting?, _ channels: Channels) {
    self.channels = channels
    if let fitting { fitter = Mutex(PictureFitter(fitting)) } else { fitter = nil }
  }

  func read(path: String) throws(FileError) -> DecodedPicture {
    read.add(1, ordering: .relaxed)
    guard let fitted = try fit(path) else { return try picture(path) }
    if fitted.fit != .exact { self.fitted.add(1, ordering: .relaxed) }
    if fitted.isInverted { inverted.add(1, ordering: .relaxed) }
    return DecodedPicture(
      width: fitted.width, height: fitted.height, channels: fitted.channels, pixels: fitted.pixels)
  }

  /// Nil where pictures are taken as they are.
  private func fit(_ path: String) throws(FileError) -> FittedPicture? {
    let fitted = fit { (fitter) throws(PictureError) in try fitter.fit(path: path) }
    switch fitted {
    case .success(let picture)?: return picture
    case .failure(.png(let error))? where error.problem == .notPNG:
      guard let jpeg = try PictureFile.jpeg(path) else { throw Self.fileError(.png(error), path) }
      let fitted = fit { (fitter) throws(PictureError) in
        switch jpeg {
        case .gray(let picture): try fitter.fit(picture, name: path)
        case .color(let picture): try fitter.fit(picture, name: path)
        }
      }
      if case .failure(let error)? = fitted { throw Self.fileError(error, path) }
      return try? fitted?.get()
    case .failure(let error)?: throw Self.fileError(error, path)
    case nil: return nil
    }
  }

  private func fit(
    _ body: (inout PictureFitter) throws(PictureError) -> FittedPicture
  ) -> Result<FittedPicture, PictureError>? {
    fitter?.withLock { (fitter: inout PictureFitter) -> Result<FittedPicture, PictureError> in
      do throws(PictureError) {
        return .success(try body(&fitter))
      } catch {
        return .failure(error)
      }
    }
  }

  private func picture(_ path: String) throws(FileError) -> DecodedPicture {
    if channels == .gray { return DecodedPicture(try PictureFile.gray(path)) }
    let picture = try PictureFile.color(path)
    let isColor =
      switch channels {
      case .gray: false
      case .color: true
      case .asStored: picture.hasColor
      case .numbers(let count): picture.pixels.count == count
      }
    if isColor {
      return DecodedPicture(
        width: picture.width, height: picture.height, channels: 3, pixels: picture.pixels)
    }
    if !picture.hasColor {
      return DecodedPicture(width: picture.width, height: picture.height, pixels: picture.gray)
    }
    // The formula of gray has one rounding, from the samples of the file.
    return DecodedPicture(try PictureFile.gray(path))
  }

  private static func fileError(_ error: PictureError, _ path: String) -> FileError {
    switch error {
    case .png(let error): FileError(path, error.finding, advice: error.advice)
    case .other(_, let finding, let advice): FileError(path, finding, advice: advice)
    case .noInk:
      FileError(
        path, "has no ink that differs from the paper",
        advice: "look at it, or use pictures as they are (--fit exact --invert no)")
    case .size(_, let width, let height, let neededWidth, let neededHeight):
      FileError(
        path, "is \(width) x \(height) pixels, and the model needs \(neededWidth) x \(neededHeight)",
        advice: "use --fit stretch, crop, pad or auto, or make all pictures that size")
    }
  }
}

extension DecodedPicture {
  fileprivate init(_ picture: GrayPicture) {
    self.init(width: picture.width, height: picture.height, pixels: picture.pixels)
  }
}

/// A picture in a file of either format, told by how it begins.
enum PictureFile {
  static func gray(_ path: String) throws(FileError) -> GrayPicture {
    var picture = GrayPicture()
    return try jpegIfNoPNG(path, &picture)?.inGray ?? picture
  }

  static func color(_ path: String) throws(FileError) -> ColorPicture {
    var picture = ColorPicture()
    return try jpegIfNoPNG(path, &picture)?.inColor ?? picture
  }

  /// Nil where `sink` has got the picture of a PNG file.
  private static func jpegIfNoPNG(
    _ path: String, _ sink: inout some PixelRowSink
  ) throws(FileError) -> JPEGPicture? {
    var reader = PNGReader()
    do throws(PNGError) {
      try reader.read(path: path, into: &sink)
      return nil
    } catch {
      if error.problem == .notPNG, let picture = try jpeg(path) { return picture }
      throw FileError(path, error.finding, advice: error.advice)
    }
  }

  /// Nil for a file of another format.
  static func jpeg(_ path: String) throws(FileError) -> JPEGPicture? {
    guard JPEGReader.isJPEG(try ByteFile.start(of: path, count: 3).bytes) else { return nil }
    let bytes = try ByteFile.stored(at: path, limit: PNGLimits().fileBytes)
    do throws(JPEGError) {
      return try JPEGReader.read(bytes, path: path)
    } catch {
      throw FileError(path, error.finding, advice: error.advice)
    }
  }
}
