import Octet
import OctetImages
import OctetTraining

/// A folder of PNG files without classes: read as `octet classify` reads them. The true class, where it is known, is in the
/// file's name, as `octet data export-png` writes it.
struct PictureFolder {
  let pixels: [[UInt8]]
  /// Class of each, or `unknown`.
  let labels: [UInt8]

  /// More classes than a model can have, less one.
  static let unknown: UInt8 = 255

  /// Nil if `path` is not a folder with PNG files in it.
  init?(_ path: String, model: Model, count: Int) throws {
    guard try Folder.kind(of: path) == .folder else { return nil }
    let names = try Folder.visibleNames(in: path).filter { $0.lowercased().hasSuffix(".png") }.sorted()
    guard !names.isEmpty else { return nil }
    guard model.imageChannels == 1,
      let fitting = PictureFitting(
        width: model.imageWidth, height: model.imageHeight, fit: .auto, inversion: .auto)
    else { throw FirmwareError("\(path): the model does not take pictures of one channel") }
    var fitter = PictureFitter(fitting)
    var pixels: [[UInt8]] = []
    var labels: [UInt8] = []
    let classes = model.labels
    for name in names.prefix(count) {
      let file = Folder.join(path, name)
      do throws(PictureError) {
        pixels.append(try fitter.fit(path: file).pixels)
      } catch {
        throw FirmwareError("\(file): \(error)")
      }
      let mark = name.dropLast(4).ranges(of: "label-").last
      let label = mark.map { String(name.dropLast(4)[$0.upperBound...]) }
      labels.append(label.flatMap(classes.firstIndex(of:)).map { UInt8($0) } ?? Self.unknown)
    }
    self.pixels = pixels
    self.labels = labels
  }
}
