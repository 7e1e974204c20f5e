import COctetHost
import Octet
import OctetHost
import OctetImages
import OctetText

/// What C hands over of a picture.
enum PicturePlace {
  case path, file

  init?(_ source: Int32) {
    switch source {
    case Int32(OCTET_PATHS): self = .path
    case Int32(OCTET_FILES): self = .file
    default: return nil
    }
  }
}

/// Brings pictures to a model's form, one after another, exactly as `octet classify` does.
final class PictureSource {
  private var fitter: PictureFitter

  init(_ model: Model) throws(Failure) {
    guard model.inputKind != .features else {
      throw Failure(
        Int(OCTET_UNFIT_MODEL), "the model takes features and no pictures: give it arrays of numbers")
    }
    guard let fitting = PictureFitting(model) else {
      throw Failure(
        Int(OCTET_UNFIT_MODEL),
        "pictures cannot become the model's \(model.imageWidth) x \(model.imageHeight) pixels of "
          + "\(model.imageChannels) channels: \(PictureFitting.possible)")
    }
    fitter = PictureFitter(fitting)
  }

  func picture(_ place: PicturePlace, _ bytes: octet_bytes) throws(PictureError) -> FittedPicture {
    guard let start = bytes.start else {
      throw .other(
        path: "", finding: place == .path ? "there is no path" : "there are no bytes", advice: "give some")
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: bytes.count)
    return try place == .path ? picture(path: bytes) : picture(file: bytes)
  }

  /// The picture in a file. One that is no PNG file may be a JPEG file.
  private func picture(path bytes: UnsafeRawBufferPointer) throws(PictureError) -> FittedPicture {
    let path = String(fileName: bytes)
    do throws(PictureError) {
      return try fitter.fit(path: path)
    } catch {
      guard case .png(let failure) = error, failure.problem == .notPNG else { throw error }
      guard let file = try Self.jpeg(path) else { throw error }
      return try picture(jpeg: file, name: path)
    }
  }

  /// The picture in the bytes of a file.
  private func picture(file bytes: UnsafeRawBufferPointer) throws(PictureError) -> FittedPicture {
    do throws(PictureError) {
      return try fitter.fit(bytes: bytes, name: Self.unnamed)
    } catch {
      guard case .png(let failure) = error, failure.problem == .notPNG, JPEGReader.isJPEG(bytes),
        bytes.count <= PNGLimits().fileBytes
      else { throw error }
      return try picture(jpeg: Array(bytes), name: Self.unnamed)
    }
  }

  /// Nil for a file of another format.
  private static func jpeg(_ path: String) throws(PictureError) -> [UInt8]? {
    do throws(FileError) {
      guard JPEGReader.isJPEG(try ByteFile.start(of: path, count: 3).bytes) else { return nil }
      return try ByteFile.stored(at: path, limit: PNGLimits().fileBytes)
    } catch {
      throw .other(path: path, finding: error.problem, advice: error.advice)
    }
  }

  private static let unnamed = "the picture"

  private func picture(jpeg file: [UInt8], name: String) throws(PictureError) -> FittedPicture {
    let jpeg: JPEGPicture
    do throws(JPEGError) {
      jpeg = try JPEGReader.read(file, path: name)
    } catch {
      throw .other(path: name, finding: error.finding, advice: error.advice)
    }
    return try fitter.fit(jpeg.inColor, name: name)
  }
}

extension HostSession {
  /// Room for the inputs of pictures that are run together, in bytes.
  private static let roomForPictures = 1 << 20

  /// Runs pictures; what is wrong with one goes into its place of `errors`.
  func run(
    from place: PicturePlace, _ pictures: UnsafeBufferPointer<octet_bytes>,
    _ targets: UnsafeBufferPointer<octet_destination>,
    _ errors: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) throws(Failure) {
    let size = try itemBytes(targets)
    let together = max(1, min(64, Self.roomForPictures / size))
    let source = try pictureSource()
    var inputs = [UInt8](repeating: 0, count: min(together, pictures.count) * size)
    var failed: [Int] = []
    var first = 0
    while first < pictures.count {
      let count = min(together, pictures.count - first)
      failed.removeAll(keepingCapacity: true)
      for index in 0..<count {
        do throws(PictureError) {
          let picture = try source.picture(place, pictures[first + index])
          inputs.replaceSubrange(index * size..<(index + 1) * size, with: picture.pixels)
          errors?[first + index] = nil
        } catch {
          // What was in its place before runs again, and is not looked at.
          failed.append(first + index)
          errors?[first + index] = copied(error.reason)
        }
      }
      if failed.count < count { run(pixels: inputs, count: count, first: first, targets) }
      for item in failed { clear(item, targets) }
      first += count
    }
  }
}

/// Runs pictures.
@c @implementation
public func octet_host_run_pictures(
  _ session: OpaquePointer, _ source: Int32, _ pictures: UnsafePointer<octet_bytes>, _ count: Int,
  _ destinations: UnsafePointer<octet_destination>, _ outputs: Int,
  _ errors: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  status {
    guard let place = PicturePlace(source) else {
      throw Failure(
        Int(OCTET_BAD_ITEMS), "source \(source) is none: give OCTET_PATHS (0) or OCTET_FILES (1)")
    }
    try object(session, as: HostSession.self).run(
      from: place, UnsafeBufferPointer(start: pictures, count: count),
      UnsafeBufferPointer(start: destinations, count: outputs), errors)
  }
}
