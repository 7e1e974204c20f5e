import OctetData
import OctetHost
import OctetImages
import Synchronization

/// Reads the pictures of class folders from PNG files, and counts what was done to them.
///
/// A class, as the counts go up while the files are read.
final class PNGPictureReader: PictureReader {
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

  init(_ fitting: PictureFitting?) {
    if let fitting { fitter = Mutex(PictureFitter(fitting)) } else { fitter = nil }
  }

  func read(path: String) throws(FileError) -> DecodedPicture {
    read.add(1, ordering: .relaxed)
    guard fitter != nil else { return try Self.picture(path) }
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
      return DecodedPicture(width: picture.width, height: picture.height, gray: picture.pixels)
    case .failure(let error)?: throw Self.fileError(error, path)
    case nil: return try Self.picture(path)
    }
  }

  private static func picture(_ path: String) throws(FileError) -> DecodedPicture {
    var reader = PNGReader()
    var picture = GrayPicture()
    do throws(PNGError) {
      try reader.read(path: path, into: &picture)
    } catch {
      throw FileError(path, error.finding, advice: error.advice)
    }
    return DecodedPicture(width: picture.width, height: picture.height, gray: picture.pixels)
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
