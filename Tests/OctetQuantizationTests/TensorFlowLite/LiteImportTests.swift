import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// Imported .tflite files give the outputs of LiteRT's reference kernels.
struct LiteImportTests {
  @Test func `the models are there`() {
    #expect(LiteModel.float.count >= 6 && LiteModel.integer.count >= 7)
  }

  @Test(arguments: LiteModel.float)
  func `a float model has LiteRT's outputs`(file: LiteModel) throws {
    let network = try LiteNetwork(file.bytes(), path: file.testDescription)
    #expect(!network.isInteger)
    let model = try network.floatModel()
    let answers = try file.answers()
    let workers = Workers(count: 1)
    let float = try model.makeNetwork(capacity: 8, workers: workers)
    let images = LabeledItems(
      shape: float.input.shape, pixels: answers.pictures.flatMap { $0 },
      labels: answers.pictures.map { _ in 0 }, classNames: ["0"])
    // With weights of int8 LiteRT rounds the values between layers too.
    let tolerance: Float = file.form == "dynamic" ? 0.02 : 1e-5
    let rows = float.outputs(images, activation: model.network.outputActivation, workers: workers)
    #expect(rows.count == answers.outputs.count && !rows.isEmpty)
    for (row, expected) in zip(rows, answers.outputs) {
      #expect(row.count == expected.count)
      for (found, value) in zip(row, expected) {
        #expect(abs(found - value) <= tolerance * max(1, abs(value)))
      }
    }
  }

  @Test(arguments: LiteModel.integer)
  func `an int8 model keeps its integers`(file: LiteModel) throws {
    let answers = try file.answers()
    let network = try LiteNetwork(file.bytes(), path: file.testDescription)
    #expect(network.isInteger)
    let quantized = try LiteIntegerConversion.model(
      network, outputs: network.decidedOutputs(), picture: nil, pixels: PixelRange(0...1))
    let bytes = OctetFile(quantized).bytes
    let model = try Model(copying: bytes)
    let outcomes = answers.pictures.map { WholeLayerReference(bytes).run($0) }
    if let expected = answers.checksums {
      let layers = (0..<model.outputCount).map { Int(model.output($0).tensor) - 1 }
      #expect(outcomes.map { outcome in layers.map { outcome.checkSums[$0] } } == expected)
    } else {
      let expected = try #require(answers.logits)
      #expect(outcomes.map { $0.outputs.flatMap(\.values) } == expected)
    }
  }

  @Test func `weights of four bits stay so, -8 among them`() throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "halves-int8.tflite" })
    let network = try LiteNetwork(file.bytes(), path: file.testDescription)
    let model = try LiteIntegerConversion.model(
      network, outputs: network.decidedOutputs(), picture: nil, pixels: PixelRange(0...1))
    let weighted = model.layers.filter { !$0.weights.isEmpty }
    #expect(weighted.map(\.encoding) == [.int4, .int4, .int4])
    #expect(weighted.allSatisfy { $0.weights.min() == -8 && $0.weights.max() == 7 })
  }

  @Test func `the pixels decide about the input`() throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "dense-int8.tflite" })
    let network = try LiteNetwork(file.bytes(), path: "x.tflite")
    let names = (0..<5).map(String.init)
    func model(_ pixels: ClosedRange<Float>, picture: ImageShape? = nil) throws -> QuantizedModel {
      try LiteIntegerConversion.model(network, names: names, picture: picture, pixels: PixelRange(pixels))
    }
    #expect(try model(0...1).layers.map(\.kind) == [.dense, .dense])
    // Not quite the same: a table takes the pixels to the model's own integers.
    let shifted = try model(-0.05...1.02)
    #expect(shifted.layers.map(\.kind) == [.table, .dense, .dense])
    #expect(shifted.layers[0].table.first == -128 && shifted.layers[0].table[12] == -128)
    #expect(shifted.layers[0].table.last == 127 && shifted.layers[0].table[128] == -4)
    let error = #expect(throws: ImportError.self) { try model(-1...1) }
    #expect(error?.description.contains("--pixels") == true)
    // A flat input becomes the picture, so that rows can be taken in one by one.
    let picture = ImageShape(height: 6, width: 6, channels: 1)
    #expect(try model(0...1, picture: picture).tensors[0].shape == picture)
    #expect(try model(0...1, picture: ImageShape(height: 5, width: 7, channels: 1)).tensors[0].shape.isFlat)
    #expect(throws: ImportError.self) {
      try LiteIntegerConversion.model(network, names: ["a", "b"], picture: nil, pixels: PixelRange(0...1))
    }
  }

  /// Everything that both ways of bringing a file in can do with damaged bytes.
  private func tryAll(_ bytes: [UInt8]) {
    do throws(ImportError) {
      let network = try LiteNetwork(bytes, path: "damaged")
      do throws(ImportError) { _ = try network.floatModel() } catch {
        #expect(!error.description.contains("\n"))
      }
      guard let outputs = try? network.decidedOutputs() else { return }
      let model = try LiteIntegerConversion.model(
        network, outputs: outputs, picture: nil, pixels: PixelRange(0...1))
      // The loader has the last word; the writer must only not trap.
      _ = try? Model(copying: OctetFile(model).bytes)
    } catch {
      #expect(!error.description.contains("\n"))
    }
  }

  @Test func `a scale without an inverse is an error`() throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "functions-int8.tflite" })
    let bytes = try file.bytes()
    // The scale of TANH, 1/128, becomes the smallest number above 0; the same bytes elsewhere mean something else.
    let scale: [UInt8] = [0, 0, 0, 0x3C]
    let reasons = bytes.ranges(of: scale).map { place -> String in
      var changed = bytes
      changed.replaceSubrange(place, with: [1, 0, 0, 0])
      do {
        let network = try LiteNetwork(changed, path: "tiny.tflite")
        _ = try LiteIntegerConversion.model(network, names: ["a", "b", "c"], picture: nil, pixels: nil)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(reasons.contains { $0.contains("TANH") && $0.contains("too small") }, "\(reasons)")
  }

  @Test func `a squared difference whose output is too fine is an error`() throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "squares-int8.tflite" })
    var bytes = try file.bytes()
    func word(_ scale: Float) -> [UInt8] { (0..<4).map { UInt8(scale.bitPattern >> (8 * $0) & 255) } }
    // The square of a step of the inputs is 1,010 steps of the output, and then 1,050.
    let places = bytes.ranges(of: word(2.6e-8))
    #expect(places.count == 1)
    bytes.replaceSubrange(try #require(places.first), with: word(2.5e-8))
    let network = try LiteNetwork(bytes, path: "fine.tflite")
    let error = #expect(throws: ImportError.self) {
      try LiteIntegerConversion.model(
        network, outputs: network.decidedOutputs(), picture: nil, pixels: PixelRange(0...1))
    }
    #expect(error?.description.contains("SQUARED_DIFFERENCE") == true)
    #expect(error?.description.contains("2^10 steps of its output") == true)
  }

  @Test func `a sum of integers is an error that says what to do`() throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "means-int8.tflite" })
    var bytes = try file.bytes()
    // MEAN's number in the lists of operators becomes that of SUM, which has the same options.
    let places = bytes.ranges(of: [40, 0, 0, 0])
    #expect(places.count == 3)
    for place in places { bytes.replaceSubrange(place, with: [74, 0, 0, 0]) }
    let error = #expect(throws: ImportError.self) { try LiteNetwork(bytes, path: "sums.tflite") }
    #expect(error?.description.contains("SUM that makes") == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("use MEAN, and MUL by the count") == true)
  }

  @Test(arguments: LiteModel.all)
  func `a file cut short or changed is an error or a model`(file: LiteModel) throws {
    let bytes = try file.bytes()
    for count in stride(from: 0, to: bytes.count, by: 7) { tryAll(Array(bytes[..<count])) }
    // Sizes, axes and kinds are small words; here each of them is negative for once.
    for place in stride(from: 0, to: bytes.count - 4, by: 4)
    where bytes[place] < 8 && bytes[place + 1] == 0 && bytes[place + 2] == 0 && bytes[place + 3] == 0 {
      tryAll(bytes[..<place] + [0xFE, 0xFF, 0xFF, 0xFF] + bytes[(place + 4)...])
    }
    var random = RandomStream(seed: 11, purpose: .testing)
    for _ in 0..<500 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let value = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(
          using: &random)
        changed[place] = value ?? 0
      }
      tryAll(changed)
    }
  }

  @Test func `what is no .tflite file is said in a line`() {
    for bytes: [UInt8] in [
      [], [0], Array("TFL3".utf8), [0, 0, 0, 0] + Array("TFL3".utf8),
      [0xFF, 0xFF, 0xFF, 0xFF] + Array("TFL3".utf8),
      [8, 0, 0, 0] + Array("TFL3".utf8) + [UInt8](repeating: 0xFF, count: 40),
    ] {
      let error = #expect(throws: ImportError.self) { try LiteNetwork(bytes, path: "x.tflite") }
      #expect(error?.description.hasPrefix("x.tflite: byte ") == true)
    }
  }
}
