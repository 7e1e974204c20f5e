import OctetImages
import OctetTraining
import Synchronization

/// Reads the pictures of class folders from PNG files, and counts those that it turned from dark on light.
///
/// A class, as the count goes up while the files are read.
final class PNGPictureReader: PictureReader {
  private let inverted = Atomic<Int>(0)

  /// Pictures with dark ink on light paper, which were inverted.
  var invertedCount: Int { inverted.load(ordering: .relaxed) }

  func read(path: String) throws(DataError) -> Picture {
    var reader = PNGReader()
    var picture = GrayPicture()
    do throws(PNGError) {
      try reader.read(path: path, into: &picture)
    } catch {
      throw DataError(path, error.finding, advice: error.advice)
    }
    if picture.hasLightInk {
      return Picture(width: picture.width, height: picture.height, gray: picture.pixels)
    }
    inverted.add(1, ordering: .relaxed)
    return Picture(width: picture.width, height: picture.height, gray: picture.pixels.map { 255 - $0 })
  }
}
