import Foundation
import OctetData
import OctetText
import TestSupport
import Testing

/// `octet predict`: arrays in and out, against what onnxruntime, Keras, LiteRT and the runtime itself answered.
@Suite struct PredictTests {
  private struct Answers: Decodable {
    let pictures: [[UInt8]]
    let outputs: [[Float]]
    let logits: [[Int8]]?
  }

  /// A folder for arrays, beside a model of the tests.
  private struct Sample {
    let folder: TemporaryFolder
    let model: String
    let answers: Answers

    init(_ model: String) throws {
      folder = try TemporaryFolder()
      self.model = Python.repository.appending(path: "Tests/\(model)").path
      let answers = URL(filePath: self.model).deletingPathExtension().appendingPathExtension("json")
      self.answers = try JSONDecoder().decode(Answers.self, from: Data(contentsOf: answers))
    }

    var reals: [Float] { answers.pictures.joined().map { Float($0) / 255 } }

    func predict(_ items: NPYArray, _ options: String...) throws -> OctetProcess.Result {
      try folder.write(items.file, to: "items.npy")
      return try OctetProcess.run(["predict", model, folder.path("items.npy")] + options)
    }

    /// The array that --out gives.
    func outputs(_ items: NPYArray, _ options: String...) throws -> NPYArray {
      try folder.write(items.file, to: "items.npy")
      let result = try OctetProcess.run(
        ["predict", model, folder.path("items.npy"), "--out", folder.path("out.npy")] + options)
      #expect(result.status == 0 && result.output.isEmpty && result.errors.isEmpty, "\(result.errors)")
      return try NPYArray.read(path: folder.path("out.npy"))
    }
  }

  private static let quantization = "OctetQuantizationTests/TensorFlowLite/Models"

  private func expectClose(_ found: NPYArray, _ expected: [[Float]], within tolerance: Float = 1e-5) {
    #expect(found.shape == [expected.count, expected.first?.count ?? 0] && found.element == .float32)
    for (one, other) in zip(found.floats(0..<found.count), expected.joined()) {
      #expect(abs(one - other) <= tolerance)
    }
  }

  @Test(arguments: [
    ("OctetInterchangeTests/ONNX/Models/torch-residual.onnx", [1, 9, 9]),
    ("OctetInterchangeTests/Keras/Models/sequential.keras", [9, 8, 2]),
    ("OctetInterchangeTests/Keras/Models/sequential.h5", [9, 8, 2]),
    ("\(quantization)/residual-float.tflite", [9, 9, 1]),
  ])
  func `float models give the outputs of their makers`(model: String, item: [Int]) throws {
    let sample = try Sample(model)
    let shape = [sample.answers.pictures.count] + item
    expectClose(try sample.outputs(NPYArray(shape: shape, sample.reals)), sample.answers.outputs)
    // Pixels are 0 to 1 unless told.
    let pixels = NPYArray(shape: shape, element: .uint8, bytes: Array(sample.answers.pictures.joined()))
    expectClose(try sample.outputs(pixels), sample.answers.outputs)
  }

  @Test(arguments: ["dense-int8", "residual-int8"])
  func `a full-integer model gives LiteRT's integers`(name: String) throws {
    let sample = try Sample("\(Self.quantization)/\(name).tflite")
    let shape = try #require(["dense-int8": [36], "residual-int8": [9, 9, 1]][name])
    let all = [sample.answers.pictures.count] + shape
    let logits = try #require(sample.answers.logits)
    let expected = NPYArray(shape: [logits.count, logits[0].count], Array(logits.joined()))
    let pixels = NPYArray(shape: all, element: .uint8, bytes: Array(sample.answers.pictures.joined()))
    let integers = NPYArray(shape: all, sample.answers.pictures.joined().map { Int8(Int($0) - 128) })
    for items in [pixels, integers, NPYArray(shape: all, sample.reals)] {
      let found = try sample.outputs(items, "--integers")
      // What has sums and means of the network's own may be a step apart, see docs/INTERCHANGE.md.
      let steps: Float = name == "residual-int8" ? 1 : 0
      #expect(found.shape == expected.shape && found.element == expected.element)
      for (one, other) in zip(found.floats(0..<found.count), expected.floats(0..<expected.count)) {
        #expect(abs(one - other) <= steps)
      }
      expectClose(try sample.outputs(items), sample.answers.outputs, within: 1 / 256)
    }
  }

  @Test func `logarithms are those of the file, not of probabilities of 16 bits`() throws {
    struct Known: Decodable { let inputs, outputs: [[Float]] }
    let path = Python.repository.appending(
      path: "Tests/OctetQuantizationTests/ONNX/Models/Logarithms/closing-logarithms")
    let known = try JSONDecoder().decode(
      Known.self, from: Data(contentsOf: path.appendingPathExtension("json")))
    let folder = try TemporaryFolder()
    let items = NPYArray(shape: [known.inputs.count, 6], known.inputs.flatMap { $0 })
    try folder.write(items.file, to: "items.npy")
    let (model, out) = (path.appendingPathExtension("onnx").path, folder.path("out.npy"))
    let result = try OctetProcess.run(["predict", model, folder.path("items.npy"), "--out", out])
    #expect(result.status == 0, "\(result.errors)")
    try #require((known.outputs.joined().min() ?? 0) < -20)
    expectClose(try NPYArray.read(path: out), known.outputs, within: 1e-4)
  }

  @Test func `an .octet file gives the runtime's answers`() throws {
    let sample = try ClassifySample(digits: 3)
    var expected: [Float] = []
    for index in 0..<3 {
      expected += try ClassifySample.answer(sample.pixels(index)).probabilities.map { Float($0) / 65_536 }
    }
    let items = NPYArray(
      shape: [3, 28, 28, 1], element: .uint8, bytes: (0..<3).flatMap { sample.pixels($0) })
    try sample.folder.write(items.file, to: "items.npy")
    let path = sample.folder.path("out.npy")
    let result = try OctetProcess.run(
      "predict", ClassifySample.model, sample.folder.path("items.npy"), "--out", path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try NPYArray.read(path: path) == NPYArray(shape: [3, 10], expected))
  }

  @Test func `a table of images is data`() throws {
    let sample = try Sample("\(Self.quantization)/residual-float.tflite")
    let lines = sample.answers.pictures.map { "0,\($0.map(String.init).joined(separator: ","))" }
    try sample.folder.write(lines.joined(separator: "\n") + "\n", to: "table.csv")
    let path = sample.folder.path("out.npy")
    let result = try OctetProcess.run(
      "predict", sample.model, sample.folder.path("table.csv"), "--out", path)
    #expect(result.status == 0, "\(result.errors)")
    expectClose(try NPYArray.read(path: path), sample.answers.outputs)
  }

  @Test func `the text forms hold the same numbers`() throws {
    let sample = try Sample("\(Self.quantization)/dense-int8.tflite")
    let items = NPYArray(
      shape: [1, 36], element: .uint8, bytes: sample.answers.pictures[0])
    let logits = try #require(sample.answers.logits)[0].map(String.init).joined(separator: ",")
    #expect(try sample.predict(items, "--integers").output == "{\"item\":0,\"output\":[\(logits)]}\n")
    let lines = sample.folder.path("out.jsonl")
    #expect(try sample.predict(items, "--out", lines).output.isEmpty)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: lines))) as? [String: Any])
    let real = try sample.outputs(items).floats(0..<5)
    #expect((object["output"] as? [Double])?.map { Float($0) } == real)
    let table = sample.folder.path("out.csv")
    #expect(try sample.predict(items, "--integers", "--out", table).status == 0)
    #expect(
      try sample.folder.contents(of: "out.csv")
        == "item,output_0,output_1,output_2,output_3,output_4\n0,\(logits)\n")
  }

  /// What is refused, with one line that names the file, and nothing written.
  @Test func `items that cannot be read`() throws {
    let sample = try Sample("OctetInterchangeTests/Keras/Models/sequential.keras")
    let out = sample.folder.path("out.npy")
    let size = 9 * 8 * 2
    var reals = [Float](repeating: 0, count: 2 * size)
    try sample.predict(NPYArray(shape: [2, 2, 9, 8], reals), "--out", out)
      .expectRefusal(1, "items.npy", "[2, 9, 8]", "[9, 8, 2]", "[2, 9, 8, 2]")
    reals[size + 7] = .nan
    try sample.predict(NPYArray(shape: [2, 9, 8, 2], reals), "--out", out)
      .expectRefusal(1, "items.npy, item 1", "number 7 is nan")
    try sample.predict(NPYArray(shape: [0, 9, 8, 2], [Float]()), "--out", out)
      .expectRefusal(1, "items.npy", "[0, 9, 8, 2]")
    try sample.predict(NPYArray(shape: [], [Float]([1])), "--out", out).expectRefusal(1, "items.npy")
    let integers = [Int8](repeating: 0, count: size)
    try sample.predict(NPYArray(shape: [1, 9, 8, 2], integers), "--out", out)
      .expectRefusal(1, "items.npy", "int8", "float model")
    let words = [UInt8](repeating: 0, count: 4 * size)
    try sample.predict(NPYArray(shape: [1, 9, 8, 2], element: .int32, bytes: words), "--out", out)
      .expectRefusal(1, "items.npy", "int32", "save float32")
    // Finite, but the sums are not.
    let large = [Float](repeating: 3e38, count: size)
    try sample.predict(NPYArray(shape: [1, 9, 8, 2], large), "--out", out)
      .expectRefusal(1, "items.npy, item 0", "not finite")
    let good = NPYArray(shape: [1, 9, 8, 2], [Float](repeating: 0, count: size))
    try sample.predict(good, "--integers").expectRefusal(1, ".keras", "float model")
    try sample.predict(good, "--out", sample.folder.path("out.txt")).expectRefusal(
      2, ".npy, .npz, .csv or .jsonl")
    #expect(try sample.folder.bytes(of: "out.npy") == nil)
  }

  @Test func `a damaged array and a picture that cannot be read`() throws {
    let sample = try ClassifySample(digits: 2)
    try sample.folder.write(Array("no array".utf8), to: "items.npy")
    try OctetProcess.run("predict", ClassifySample.model, sample.folder.path("items.npy"))
      .expectRefusal(1, "items.npy", "does not begin")
    for (name, file) in [("a/1.png", sample.png(0)), ("b/2.png", Array(sample.png(1).dropLast(40)))] {
      try FileManager.default.createDirectory(
        atPath: sample.folder.path("classes/\(name.prefix(1))"), withIntermediateDirectories: true)
      try sample.folder.write(file, to: "classes/\(name)")
    }
    let out = sample.folder.path("out.csv")
    try OctetProcess.run("predict", ClassifySample.model, sample.folder.path("classes"), "--out", out)
      .expectRefusal(1, "2.png")
    #expect(try sample.folder.bytes(of: "out.csv") == nil)
  }
}
