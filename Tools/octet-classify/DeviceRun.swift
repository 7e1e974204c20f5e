import CDeviceSystem
import Octet
import OctetClassification
import OctetImages
import OctetText

/// One file after another through the model, each with its line. What it takes of memory it takes once.
struct DeviceRun: ~Copyable {
  private let model: Model
  private let printsJSON: Bool
  private let labelWidth: Int
  private var classifier: FileClassifier<PlainKernels>
  private var text = ByteText()
  private var files = 0
  private var failures = 0

  init(_ file: DeviceModel, _ options: DeviceOptions) throws(DeviceError) {
    model = file.model
    printsJSON = options.printsJSON
    labelWidth = ReadingText.labelWidth(model)
    do throws(ClassifierError) {
      classifier = try FileClassifier(
        model, kernels: PlainKernels(), fit: options.fit, inversion: options.inversion,
        keepsPixels: false)
    } catch {
      throw .failure(file.name + ": " + error.description)
    }
  }

  mutating func classify(_ path: String) throws(DeviceError) {
    if ArrayItems.isArray(path) { return try classify(array: path) }
    let reading: Reading
    do throws(PictureError) {
      reading = try classifier.classify(path: path)
    } catch {
      return try fail(error.reason, path)
    }
    files += 1
    try write(reading, path)
  }

  private mutating func write(_ reading: Reading, _ path: String, item: Int? = nil) throws(DeviceError) {
    text.removeAll()
    if printsJSON {
      ReadingText.json(reading, model: model, path: path, item: item, to: &text)
    } else {
      ReadingText.line(reading, model: model, path: path, item: item, labelWidth: labelWidth, to: &text)
    }
    try DeviceProgram.write(text)
  }

  private mutating func classify(array path: String) throws(DeviceError) {
    var bytes: [UInt8] = []
    var failure: DeviceError?
    do throws(PictureError) {
      let file = try DeviceModel.open(path)
      defer { octet_device_close_file(file) }
      let items = try Self.items(file, model, path, &bytes)
      for item in 0..<items.count {
        try Self.read(file, items.range(item), path, &bytes)
        let reading = classifier.classify(bytes.span, of: items)
        do throws(DeviceError) {
          try write(reading, path, item: items.isNumbered ? item : nil)
        } catch {
          failure = error
          break
        }
      }
    } catch {
      return try fail(error.reason, path)
    }
    if let failure { throw failure }
    files += 1
  }

  /// What is in a file of items, all of which have been looked at.
  private static func items(
    _ file: octet_device_file, _ model: Model, _ path: String, _ bytes: inout [UInt8]
  ) throws(PictureError) -> ArrayItems {
    guard file.size <= UInt64(ArrayItems.largestFile) else {
      throw .other(
        path: path, finding: "holds \(file.size) bytes, and the limit is \(ArrayItems.largestFile)",
        advice: "give a smaller file")
    }
    let size = Int(file.size)
    try read(file, 0..<min(size, ArrayItems.startBytes), path, &bytes)
    let items = try ArrayItems(bytes.span, byteCount: size, model, name: path)
    for item in 0..<(items.needsCheck ? items.count : 0) {
      try read(file, items.range(item), path, &bytes)
      try items.check(item, bytes.span)
    }
    return items
  }

  private static func read(
    _ file: octet_device_file, _ range: Range<Int>, _ path: String, _ bytes: inout [UInt8]
  ) throws(PictureError) {
    if bytes.count != range.count { bytes = [UInt8](repeating: 0, count: range.count) }
    let status = bytes.withUnsafeMutableBytes {
      octet_device_read_at(file, UInt64(range.lowerBound), $0.baseAddress, $0.count)
    }
    try DeviceModel.check(status, path)
  }

  mutating func fail(_ reason: String, _ path: String) throws(DeviceError) {
    files += 1
    failures += 1
    guard printsJSON else { return DeviceProgram.report(path + ": " + reason) }
    text.removeAll()
    ReadingText.json(error: reason, path: path, to: &text)
    try DeviceProgram.write(text)
  }

  /// An error if any file failed, or there was none.
  func finish() throws(DeviceError) {
    if files == 0 { throw .failure("standard input: names no files; give it paths, one a line") }
    var count = ByteText()
    count.append(grouped: failures)
    count.append(" of ")
    count.append(grouped: files)
    count.append(" files could not be classified")
    if failures > 0 { throw .failure(String(decoding: count.bytes, as: UTF8.self)) }
  }
}
