import FoundationEssentials
import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a firmware classifies: pictures or features, as the model is fed them on the host.
struct FirmwareItems {
  /// The bytes of each item.
  let fed: [[UInt8]]
  /// The true class of each; nil where it is not known.
  let labels: [Int?]
  /// Why files were left out, a line each.
  let refused: [String]
  /// Where the items came from, in words.
  let origin: String

  /// Those that the options name; without any, test images of the classes that the model tells apart.
  ///
  /// - Parameter count: how many to take; nil for every PNG file, or 20 of others.
  init(for model: Model, count: Int?, _ arguments: ParsedArguments) throws {
    let choice = arguments.value("labels").flatMap(LabelChoice.init)
    let path = arguments.value("data")
    if path == "random" {
      let input = model.input
      let shape = ImageShape(
        height: Int(input.height), width: Int(input.width), channels: Int(input.channels))
      self.init(RandomItems(.pixels, shape: shape, seed: 1).dataSet, model, count: count)
      return
    }
    if let path, let files = try PictureFiles(path, model: model, count: count, labels: choice ?? .auto) {
      self.init(
        fed: files.pixels, labels: files.labels, refused: files.refused, origin: "PNG files from \(path)")
      return
    }
    guard choice == nil else {
      throw arguments.usageError("--labels is for PNG files: name some with --data")
    }
    let locator = DataLocator(path: path, environment: ProcessInfo.processInfo.environment)
    var data = try locator.locate { () throws(FileError) in SyntheticDigits.dataSet() }
    let items = data.train
    if items.hasClasses, !data.numbersClasses, items.classNames != model.labels {
      data = try data.keeping(classes: model.labels)
    }
    guard items.shape.count == model.imageBytes else {
      throw FirmwareError(
        "the \(items.values.noun)s have \(items.shape.count) values, the model takes \(model.imageBytes): "
          + "give others with --data (\(data.origin))")
    }
    guard items.values.areBytes || model.pixelMap == nil else {
      throw FirmwareError(
        "the data holds \(items.values.words), and the model makes its integers of pixels itself: "
          + "give pixels with --data (\(data.origin))")
    }
    self.init(data, model, count: count)
  }

  private init(fed: [[UInt8]], labels: [Int?], refused: [String], origin: String) {
    (self.fed, self.labels, self.refused, self.origin) = (fed, labels, refused, origin)
  }

  /// The first of the test items, or of all where there are none.
  private init(_ data: DataSet, _ model: Model, count: Int?) {
    let items = data.test ?? data.train
    let size = items.shape.count
    let chosen = 0..<min(count ?? 20, items.count)
    let known = items.labels
    self.init(
      fed: chosen.map { items.values[$0 * size..<($0 + 1) * size].fed(to: model.inputScale) },
      labels: chosen.map { known.isEmpty || known[$0] >= model.classCount ? nil : Int(known[$0]) },
      refused: [], origin: data.origin)
  }
}
