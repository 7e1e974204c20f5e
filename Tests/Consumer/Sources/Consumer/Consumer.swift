import Foundation
import Octet
import OctetChipKernels
import OctetHostKernels
import OctetImages
import OctetQuantization

/// Uses each library as a program of somebody else's would, and checks that what they say goes together.
///
/// usage: Consumer MODEL.octet MODEL.onnx FEATURES.keras FOLDER
///
/// Into the folder go a picture, `image` with the bytes that the model takes, and the models that are made. The last
/// line is what Tools/checks/consumer compares with the C interface: the class of the picture and its share.
@main
enum Consumer {
  static func main() throws {
    let (modelPath, foreignPath, featuresPath, folder) = (
      CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3], CommandLine.arguments[4]
    )
    let classifier = try Classifier([UInt8](Data(contentsOf: URL(filePath: modelPath))))
    let digits = ImageSet.syntheticDigits(count: 600)
    let picturePath = folder + "/digit.png"
    // A digit that leaves some doubt, so that its share says something.
    guard let index = try (0..<digits.count).first(where: { try isDoubtful(digits, $0, classifier) }) else {
      fatalError("every digit is certain")
    }
    let image = digits[index]
    try Data(Picture(width: 28, height: 28, pixels: image).png).write(to: URL(filePath: picturePath))
    try Data(image).write(to: URL(filePath: folder + "/image"))

    let found = try classifier.classify(image)
    check(try Picture(path: picturePath).pixels == image, "a PNG file has the pixels that were written")
    check(
      try classify(picture: picturePath, with: classifier) == classifier.labels[found.classIndex],
      "a picture has the class of its pixels")
    checkFailures(folder)

    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: PatchKernels<PairLayout>.scratchBytes(classifier.model), alignment: 4)
    defer { scratch.deallocate() }
    check(
      try logits(of: image, classifier.model, scratch: scratch) == found.logits,
      "the kernels of chips give the logits of the host's")
    check(
      try ownLogits(of: image, classifier.model) == found.logits,
      "kernels of this program give the logits of the host's")

    let floatPath = folder + "/small.safetensors"
    let trained = try train(on: digits.prefix(500), to: floatPath)
    let test = digits.prefix(600)
    let accuracy = try trained.accuracy(on: test)
    check(accuracy > 0.5, "a network learns: its accuracy is \(accuracy)")
    check(
      try FloatModel(path: floatPath).classes(of: test) == trained.classes(of: test), "a model is read back")

    let octetPath = folder + "/small.octet"
    let comparison = try quantize(floatPath, with: test, to: octetPath)
    check(comparison.floatAccuracy == accuracy, "the comparison has the float model's accuracy")
    check(comparison.changed <= 12, "quantization changes few answers: \(comparison.changed)")
    let quantized = try Classifier([UInt8](Data(contentsOf: URL(filePath: octetPath))))
    var correct = 0
    for (index, label) in test.labels.enumerated() {
      correct += try quantized.classify(test[index]).classIndex == label ? 1 : 0
    }
    check(correct == comparison.integerCorrect, "Classifier gives the classes that were compared")
    try holdInput(of: floatPath, test)
    try importForeign(foreignPath)
    try useFeatures(featuresPath)

    print(classifier.labels[found.classIndex], found.shares[found.classIndex])
  }

  private static func isDoubtful(_ digits: ImageSet, _ index: Int, _ classifier: Classifier) throws -> Bool {
    let found = try classifier.classify(digits[index])
    return found.classIndex == digits.labels[index] && found.shares[found.classIndex] < 60_000
  }

  private static func ownLogits(of image: [UInt8], _ model: Model) throws -> [Int32] {
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena, kernels: OwnKernels())
    try session.run(image: image.span)
    return (0..<session.logitCount()).map { session.logit($0) }
  }

  /// An input that this program holds gives the logits that its rows give, in two regions of memory.
  private static func holdInput(of path: String, _ images: ImageSet) throws {
    var settings = QuantizationSettings()
    settings.holdsInput = true
    settings.memory = .regions(fast: 1_024, slow: 65_536)
    let quantized = try FloatModel(path: path).quantized(with: images, settings: settings)
    let model = quantized.model
    check(model.holdsInput && model.arenaBytes > model.firstRegionBytes + model.secondRegionBytes, "regions")
    var held = [Int8](repeating: 0, count: model.heldInputBytes)
    var values = held.mutableSpan
    try model.hold(images[0].span, in: &values)
    var fast = [UInt32](repeating: 0, count: (model.firstRegionBytes + 3) / 4)
    var slow = [UInt32](repeating: 0, count: (model.secondRegionBytes + 3) / 4)
    var fastWords = fast.mutableSpan
    var slowWords = slow.mutableSpan
    var first = fastWords.mutableBytes
    var second = slowWords.mutableBytes
    var session = try Session(model, first: &first, second: &second, kernels: PlainKernels())
    try session.run(held: held.span)
    let logits = (0..<session.logitCount()).map { session.logit($0) }
    check(
      try logits == Classifier(quantized.bytes).classify(images[0]).logits,
      "a held input gives the same logits")
  }

  /// A model of another program, calibrated with images that have no labels.
  private static func importForeign(_ path: String) throws {
    let model = try FloatModel(importing: path, pixels: PixelRange(-1...1))
    let (height, width, channels) = (model.inputHeight, model.inputWidth, model.inputChannels)
    let pixels = (0..<4 * height * width * channels).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let images = try ImageSet(height: height, width: width, channels: channels, pixels: pixels)
    let quantized = try model.quantized(with: images)
    check(
      quantized.model.imageBytes == height * width * channels, "a model of another program keeps its input")
    check(try quantized.classes(of: images).count == 4, "a model of another program answers")
  }

  /// A model of features that gives numbers.
  private static func useFeatures(_ path: String) throws {
    let model = try FloatModel(importing: path)
    let size = model.inputChannels
    let features = (0..<50 * size).map { Float(($0 &* 37) % 101) / 50 - 1 }
    let item = Array(features.prefix(size))
    let found = try quantizeRegression(path, calibratedWith: features, item: item)
    let expected = try model.outputs(of: ImageSet(features: item, size: size))[0]
    check(found.count == expected.count, "every number of an output is given")
    for (one, other) in zip(found, expected) {
      check(abs(one - other) <= 0.05 * max(abs(other), 1), "\(one) is near \(other)")
    }
  }

  /// What is wrong is an error that says so.
  private static func checkFailures(_ folder: String) {
    do {
      _ = try Picture(path: folder + "/missing.png")
      fatalError("a missing file was read")
    } catch {
      check(error.kind == .notReadable && error.description.contains("missing.png"), "\(error)")
    }
    do {
      _ = try Recipe(network: "input 28x28x1\nconvolve 3")
      fatalError("a network that is none was read")
    } catch {
      check(error.kind == .network && error.description.contains("line 2"), "\(error)")
    }
    do {
      _ = try FloatModel(importing: folder + "/digit.png")
      fatalError("a picture was read as a model")
    } catch {
      check(error.kind == .format && error.description.contains("digit.png"), "\(error)")
    }
  }

  private static func check(_ holds: Bool, _ what: String) {
    guard holds else { fatalError("not so: \(what)") }
  }
}
