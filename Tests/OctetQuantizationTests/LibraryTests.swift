import Foundation
import Octet
import OctetData
import OctetHost
import OctetHostKernels
import OctetInterchange
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// What programs of others call.
@Suite struct QuantizationLibraryTests {
  private let shape = ImageShape(height: 28, width: 28, channels: 1)
  private let text = "input 28x28x1\nconv 4 5x5 stride 3 relu\nflatten\ndense 10 softmax"

  private func path(_ name: String) -> String { Python.repository.appending(path: "Tests/\(name)").path }

  private func kind(_ body: () throws -> Void) -> QuantizationFailure.Kind? {
    do {
      try body()
      return nil
    } catch {
      return (error as? QuantizationFailure)?.kind
    }
  }

  @Test func `the file is that of the quantizer, with any number of threads`() throws {
    var model = try FloatModels.make(text)
    let images = ImageSet(FloatModels.images(60, shape: shape))
    let quantized = try model.quantized(with: images, threads: 1)
    // The form of digits follows from shape and classes.
    model.pictureForm = .digits
    let quantizer = try Quantizer(
      model, images: images.labeled, settings: QuantizationSettings(), workers: Workers(count: 2))
    #expect(quantized.bytes == OctetFile(try quantizer.run().model).bytes)
    #expect(try model.quantized(with: images, threads: 3).bytes == quantized.bytes)

    let folder = try TemporaryFolder()
    try quantized.write(to: folder.path("model.octet"))
    #expect(try folder.bytes(of: "model.octet") == quantized.bytes)
    #expect(kind { try quantized.write(to: folder.path("missing/model.octet")) } == .file)
  }

  @Test func `a comparison counts what both models answer`() throws {
    let model = try FloatModels.make(text)
    let images = ImageSet(FloatModels.images(200, shape: shape))
    let quantized = try model.quantized(with: images)
    let (float, integer) = (try model.classes(of: images), try quantized.classes(of: images))
    let comparison = try quantized.compared(with: model, on: images)
    #expect(comparison.images == 200)
    #expect(comparison.changed == zip(float, integer).count { $0 != $1 })
    #expect(comparison.floatCorrect == zip(float, images.labels).count { $0 == $1 })
    #expect(comparison.integerCorrect == zip(integer, images.labels).count { $0 == $1 })
    #expect(try comparison.floatAccuracy == model.accuracy(on: images))
    #expect(comparison.lossInterval.contains(comparison.lossPoints))
    let turned = try images.keeping(classes: images.classNames.reversed())
    #expect(kind { _ = try quantized.compared(with: model, on: turned) } == .images)
  }

  @Test func `labels are no part of calibration`() throws {
    let model = try FloatModels.make(text)
    let labeled = ImageSet(FloatModels.images(40, shape: shape))
    let bare = try ImageSet(height: 28, width: 28, pixels: labeled.labeled.pixels)
    #expect(try model.quantized(with: bare).bytes == model.quantized(with: labeled).bytes)
    #expect(kind { _ = try model.quantized(with: ImageSet(height: 28, width: 28, pixels: [])) } == .images)
    #expect(
      kind { _ = try model.quantized(with: ImageSet(height: 2, width: 2, pixels: [1, 2, 3, 4])) } == .images)
    var settings = QuantizationSettings()
    settings.calibrationImages = 0
    #expect(kind { _ = try model.quantized(with: bare, settings: settings) } == .images)
  }

  @Test func `models of other programs are imported`() throws {
    let keras = path("OctetInterchangeTests/Keras/Models/sequential.keras")
    let model = try FloatModel(importing: keras, pixels: PixelRange(-1...1))
    #expect(
      try model
        == FloatModel(.keras, ByteFile.stored(at: keras, limit: 1 << 20), path: keras).taking(
          pixels: PixelRange(-1...1)))
    #expect(kind { _ = try FloatModel(importing: keras, classNames: ["a"]) } == .format)
    #expect(kind { _ = try FloatModel(importing: "/nowhere.onnx") } == .file)
    #expect(kind { _ = try FloatModel(importing: "/nowhere.safetensors") } == .file)
    // It scales its input, so what pixels were has to be said.
    let rescaled = path("OctetInterchangeTests/Keras/Models/rescaled.keras")
    #expect(kind { _ = try FloatModel(importing: rescaled) } == .model)
    #expect(try FloatModel(importing: rescaled, pixels: PixelRange(0...255)).parameterCount > 0)
    let octet = path("../Models/binary-dense.safetensors")
    #expect(try FloatModel(importing: octet) == FloatModel(path: octet))
    #expect(kind { _ = try FloatModel(importing: octet, pixels: PixelRange(0...1)) } == .model)
    #expect(kind { _ = try FloatModel(importing: path("../Models/binary-dense.octet")) } == .format)
  }

  @Test func `integers of a tflite file are taken over`() throws {
    let integers = path("OctetQuantizationTests/TensorFlowLite/Models/dense-int8.tflite")
    let model = try IntegerModel(convertingIntegers: integers)
    #expect(model.model.labels == (0..<model.model.classCount).map { "\($0)" })
    #expect(kind { _ = try FloatModel(importing: integers) } == .format)
    let float = path("OctetQuantizationTests/TensorFlowLite/Models/dense-float.tflite")
    #expect(kind { _ = try IntegerModel(convertingIntegers: float) } == .format)
    #expect(
      kind { _ = try IntegerModel(convertingIntegers: integers, pixels: PixelRange(-7...1)) } == .format)
    #expect(kind { _ = try IntegerModel(convertingIntegers: "/nowhere.tflite") } == .file)
    #expect(kind { _ = try IntegerModel(convertingIntegers: integers, classNames: ["a"]) } == .model)
  }

  @Test func `models of features and numbers are quantized and run`() throws {
    let model = try FloatModel(importing: path("OctetToolTests/Outputs/regression.keras"))
    #expect(model.outputNames == ["speeds"])
    let features: [Float] = (0..<360).map { (place: Int) -> Float in Float(place * 37 % 101) / 40 - 1.2 }
    let items = try ImageSet(features: features, size: 6)
    #expect(items.count == 60 && items.channels == 6 && items[3].isEmpty && !items.hasLabels)
    let quantized = try model.quantized(with: items)
    #expect(quantized.model.meaning == .numbers && quantized.model.inputKind == .features)
    let (float, integer) = (try model.outputs(of: items), try quantized.outputs(of: items))
    #expect(float.map(\.count) == [120] && integer.map(\.count) == [120])
    let differences = zip(float[0], integer[0]).map { Double(abs($0 - $1)) }
    let found = try quantized.differences(from: model, on: items)
    #expect(found.map(\.name) == ["speeds"] && found[0].decibels > 25)
    #expect(
      abs(found[0].largest - (differences.max() ?? 0)) < 1e-5 && abs(found[0].mean - differences.mean) < 1e-5)
    let classifier = try Classifier(quantized.bytes)
    #expect(try classifier.outputs(features: Array(features[12..<18]))[0].numbers == Array(integer[0][4..<6]))

    #expect(kind { _ = try quantized.classes(of: items) } == .model)
    #expect(kind { _ = try quantized.compared(with: model, on: items) } == .model)
    let other = try FloatModel(importing: path("OctetToolTests/Outputs/labels.keras"))
    #expect(kind { _ = try quantized.differences(from: other, on: items) } == .model)
    #expect(kind { _ = try quantized.outputs(of: ImageSet(features: [1, 2], size: 2)) } == .images)
    #expect(throws: TrainingFailure.self) { try ImageSet(features: [1, 2, 3], size: 2) }
    #expect(throws: TrainingFailure.self) { try ImageSet(features: [1, .nan], size: 2) }
    let labels = try other.quantized(with: items)
    #expect(labels.model.meaning == .labels && labels.model.classCount == 3)
    let several = try FloatModel(importing: path("OctetToolTests/Outputs/several.onnx"))
    #expect(several.outputNames == ["kind", "levels", "angle", "on", "hidden", "shares"])
    let images = ImageSet(FloatModels.images(20, shape: ImageShape(height: 6, width: 6, channels: 1)))
    #expect(
      try several.quantized(with: images).outputs(of: images).map(\.count) == [140, 1440, 40, 20, 200, 960])
  }
}
