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
    if FileClassifier<PlainKernels>.isArray(path) { return try classify(array: path) }
    let reading: Reading
    do throws(PictureError) {
      reading = try classifier.classify(path: path)
    } catch {
      return try fail(error.reason, path)
    }
    files += 1
    text.removeAll()
    if printsJSON {
      ReadingText.json(reading, model: model, path: path, to: &text)
    } else {
      ReadingText.line(reading, model: model, path: path, labelWidth: labelWidth, to: &text)
    }
    try DeviceProgram.write(text)
  }

  private mutating func classify(array path: String) throws(DeviceError) {
    let file: octet_device_bytes
    do throws(DeviceModel.FileFailure) {
      file = try DeviceModel.map(path)
    } catch {
      return try fail(error.reason, path)
    }
    defer { octet_device_unmap(file) }
    let bytes = UnsafeRawBufferPointer(start: file.start, count: file.count)
    let (model, printsJSON, labelWidth) = (model, printsJSON, labelWidth)
    var lines = ByteText()
    var failure: DeviceError?
    do throws(PictureError) {
      try classifier.classify(array: bytes.bindMemory(to: UInt8.self).span, name: path) { reading, item in
        guard failure == nil else { return }
        lines.removeAll()
        if printsJSON {
          ReadingText.json(reading, model: model, path: path, item: item, to: &lines)
        } else {
          ReadingText.line(reading, model: model, path: path, item: item, labelWidth: labelWidth, to: &lines)
        }
        do throws(DeviceError) {
          try DeviceProgram.write(lines)
        } catch {
          failure = error
        }
      }
    } catch {
      return try fail(error.reason, path)
    }
    files += 1
    if let failure { throw failure }
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
