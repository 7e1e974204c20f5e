import OctetData
import OctetHost
import OctetImages
import Synchronization

/// Reads the pictures of class folders from PNG files, and counts what was done to them.
///
/// A class, as the counts go up while the files are read.
final class PNGPictureReader: PictureReader {
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
  /// Those that were scaled and centered.
  var fittedCount: Int { fitted.load(ordering: .relaxed) }
  var invertedCount: Int { inverted.load(ordering: .relaxed) }
  var takesPixelsAsTheyAre: Bool { fitter == nil }

  /// - Parameter channels: of pictures that are taken as they are; those that are fitted are gray.
  init(_ fitting: PictureFitting?, _ channels: Channels) {
    self.channels = channels
    if let fitting { fitter = Mutex(PictureFitter(fitting)) } else { fitter = nil }
  }

  func read(path: String) throws(FileError) -> DecodedPicture {
    read.add(1, ordering: .relaxed)
    guard fitter != nil else { return try picture(path) }
    let result = fitter?.withLock { (fitter: inout PictureFitter) -> Result<FittedPicture, PictureError> in
      do throws(PictureError) {
        return .success(try fitter.fit(path: path))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let picture)?:
      if picture.fit != .exact { fitted.add(1, ordering: .relaxed) }
      if picture.isInverted { inverted.add(1, ordering: .relaxed) }
      return DecodedPicture(width: picture.width, height: picture.height, pixels: picture.pixels)
    case .failure(let error)?: throw Self.fileError(error, path)
    case nil: return try picture(path)
    }
  }

  private func picture(_ path: String) throws(FileError) -> DecodedPicture {
    var reader = PNGReader()
    do throws(PNGError) {
      if channels == .gray {
        var picture = GrayPicture()
        try reader.read(path: path, into: &picture)
        return DecodedPicture(width: picture.width, height: picture.height, pixels: picture.pixels)
      }
      var picture = ColorPicture()
      try reader.read(path: path, into: &picture)
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
      var gray = GrayPicture()
      try reader.read(path: path, into: &gray)
      return DecodedPicture(width: gray.width, height: gray.height, pixels: gray.pixels)
    } catch {
      throw FileError(path, error.finding, advice: error.advice)
    }
  }

  private static func fileError(_ error: PictureError, _ path: String) -> FileError {
    switch error {
    case .png(let error): FileError(path, error.finding, advice: error.advice)
    case .noInk:
      FileError(
        path, "has no ink that differs from the paper",
        advice: "look at it, or use pictures as they are (--fit exact --invert no)")
    case .size(_, let width, let height, let neededWidth, let neededHeight):
      FileError(
        path, "is \(width) x \(height) pixels, and the model needs \(neededWidth) x \(neededHeight)",
        advice: "use --fit auto, or make all pictures that size")
    }
  }
}
