import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// `octet inspect` of a model that is not quantized yet says what the quantized file will hold.
struct InspectionTests {
  private static let shape = ImageShape(height: 12, width: 12, channels: 1)

  /// A network of layers drawn at random; nil where they do not fit together.
  private static func randomNetwork(_ random: inout RandomStream) -> String? {
    let layers = [
      "conv 5 3x3", "conv 4 3x3 padding same relu", "conv 6 2x3 stride 2 padding same tanh",
      "conv 3 1x1 no-bias",
      "depthwise 3x3 padding same relu", "depthwise 3x3 multiplier 2 sigmoid", "batchnorm", "batchnorm relu",
      "maxpool 2x2", "maxpool 3x3 stride 2", "maxpool 3x3 stride 2 padding same", "averagepool 2x2",
      "averagepool 3x3 stride 2 padding same relu", "dropout 0.2", "relu", "tanh", "sigmoid",
    ]
    let ends = [
      "flatten\ndense 7 relu\ndense 4 softmax", "flatten\ndropout 0.5\ndense 1 sigmoid",
      "flatten\ndense 9 tanh",
      "globalaveragepool", "globalaveragepool\ndense 3 softmax", "conv 3 2x2\nglobalaveragepool relu",
    ]
    func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    var lines = ["input 12x12x1"]
    for place in 0..<draw(6) {
      lines.append(layers[draw(layers.count)])
      if draw(5) == 0 {
        // Two branches of one shape, joined.
        lines[lines.count - 1] = "stem\(place) = \(lines[lines.count - 1])"
        lines.append(["depthwise 3x3 padding same", "relu", "maxpool 3x3 stride 1 padding same"][draw(3)])
        lines.append(["add", "maximum"][draw(2)] + " stem\(place)" + ["", " relu", " tanh"][draw(3)])
      }
    }
    lines.append(ends[draw(ends.count)])
    let text = lines.joined(separator: "\n")
    return (try? NetworkDescription(text: text).shapes()) == nil ? nil : text
  }

  /// All of an .octet file's model that does not depend on data.
  private static func sizes(_ quantized: QuantizedModel) throws -> [[Int]] {
    let bytes = OctetFile(quantized).bytes
    let model = try Model(copying: bytes)
    return [[bytes.count, model.arenaBytes, model.layerCount, Int(model.work.total)]]
      + (0...model.layerCount).map { index in
        let tensor = model.tensor(index)
        return [
          Int(tensor.ringOffset), Int(tensor.ringRows), tensor.rowBytes, Int(tensor.elementBytes),
          Int(tensor.height), Int(tensor.width), Int(tensor.channels), Int(tensor.borderAbove),
        ]
      }
      + (0..<model.layerCount).map { index in
        let layer = model.layer(index)
        return [
          Int(layer.kind.rawValue), Int(layer.input), Int(layer.secondInput), Int(layer.constantsOffset),
          Int(layer.constantsBytes), Int(layer.accumulatorsOffset), Int(layer.poolHeight),
          layer.hasTable ? 1 : 0,
          Int(clamping: model.work(ofLayer: index).multiplyAdds),
        ]
      }
  }

  @Test func `sizes are those of the quantized network`() throws {
    var random = RandomStream(seed: 7, purpose: .testing, 0x15EC7)
    let images = FloatModels.images(3, shape: Self.shape)
    var texts = FloatModels.varied
    while texts.count < 160 {
      if let text = Self.randomNetwork(&random) { texts.append(text) }
    }
    var compared = 0
    for (index, text) in texts.enumerated() {
      // Large weights make scales rise to their limits, and none at all leave nothing to scale.
      let model = try FloatModels.make(text, seed: UInt64(index), gain: [1, 0, 40][index % 3])
      let quantizer: Quantizer
      do throws(QuantizationError) {
        quantizer = try Quantizer(
          model, images: images, settings: QuantizationSettings(), workers: Workers(count: 1))
      } catch {
        // Refused for the same reason.
        #expect(throws: error) {
          try QuantizedNetwork(outlineOf: model, picture: Self.shape, inputKind: .pictures)
        }
        continue
      }
      let outline = try QuantizedNetwork(outlineOf: model, picture: Self.shape, inputKind: .pictures)
      #expect(try Self.sizes(outline.model) == Self.sizes(quantizer.run().model), "\(text)")
      compared += 1
    }
    #expect(compared > 140)
  }

  private func object(_ result: OctetProcess.Result) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  /// What `octet inspect` says of both, without what is known only after quantization.
  private func expectSame(
    _ model: [String], _ octet: String, hasScales: Bool, at location: SourceLocation = #_sourceLocation
  ) throws {
    func comparable(_ value: Any) -> NSObject {
      if let list = value as? [Any] { return list.map(comparable) as NSArray }
      guard let object = value as? [String: Any] else { return (value as? NSObject) ?? NSNull() }
      var left = ["file", "format", "name", "source_bytes", "source_layers"]
      if !hasScales {
        left += ["scale", "zero_point", "minimum", "maximum", "summary", "input_kind", "pictures"]
      }
      return object.filter { !left.contains($0.key) }.mapValues(comparable) as NSDictionary
    }
    let before = try OctetProcess.run(["inspect", "--json"] + model)
    let after = try OctetProcess.run("inspect", octet, "--json")
    try #require(before.status == 0 && after.status == 0, "\(before.errors)", sourceLocation: location)
    #expect(try comparable(object(before)) == comparable(object(after)), sourceLocation: location)
    for name in ["arena_bytes", "file_bytes", "multiply_adds", "parameters"] {
      #expect(try object(before)[name] is Int, "\(name)", sourceLocation: location)
    }
    let text = try OctetProcess.run(["inspect"] + model).output
    for line in text.split(separator: "\n").dropFirst() {
      #expect(line.count <= 80, "\(line)", sourceLocation: location)
    }
  }

  @Test(arguments: ["binary-dense", "binary-metrics", "dense-dropout", "cnn-two-pool", "cnn-deep"])
  func `the reference models`(name: String) throws {
    let stem = Python.repository.appending(path: "Models/\(name)").path
    try expectSame(["\(stem).safetensors"], "\(stem).octet", hasScales: false)
  }

  @Test func `full-integer models, with the scales of their file`() throws {
    let folder = try TemporaryFolder()
    let out = folder.path("m.octet")
    for file in LiteModel.integer {
      let made = try OctetProcess.run("quantize", file.url.path, "--out", out, "-q")
      try #require(made.status == 0, "\(made.errors)")
      try expectSame([file.url.path], out, hasScales: true)
    }
  }

  @Test(arguments: ["residual.keras", "sequential.h5", "flattened.keras", "legacy-residual.h5"])
  func `Keras models, and the same as ONNX`(name: String) throws {
    let folder = try TemporaryFolder()
    let (out, onnx) = (folder.path("m.octet"), folder.path("m.onnx"))
    let model = Python.repository.appending(path: "Tests/OctetInterchangeTests/Keras/Models/\(name)").path
    let made = try OctetProcess.run("quantize", model, "--data", "random", "--out", out, "-q")
    try #require(made.status == 0, "\(made.errors)")
    try expectSame([model], out, hasScales: false)
    let exported = try OctetProcess.run("export", model, "--onnx", onnx)
    try #require(exported.status == 0, "\(exported.errors)")
    try expectSame([onnx], out, hasScales: false)
  }

  @Test func `a flat input takes the pictures that are named`() throws {
    let folder = try TemporaryFolder()
    let (model, onnx, out) = (folder.path("d.safetensors"), folder.path("d.onnx"), folder.path("d.octet"))
    try FloatModelFile.save(FloatModels.make("input 144\ndense 20 relu\ndense 4 softmax"), path: model)
    try #require(try OctetProcess.run("export", model, "--onnx", onnx).status == 0)
    let rows = (0..<40).map { row in
      (["\(row % 4)"] + (0..<144).map { "\(($0 * 7 + row * 31) % 256)" }).joined(separator: ",")
    }
    try folder.write(rows.joined(separator: "\n") + "\n", to: "d.csv")
    let data = folder.path("d.csv")
    try #require(
      try OctetProcess.run("quantize", onnx, "--data", data, "--out", out, "-q").status == 0)
    try expectSame([onnx, "--picture", "12x12"], out, hasScales: false)
    let flat = try object(try OctetProcess.run("inspect", onnx, "--json"))
    let square = try object(try OctetProcess.run("inspect", out, "--json"))
    #expect(try #require(flat["arena_bytes"] as? Int) > #require(square["arena_bytes"] as? Int))
    for (words, status) in [
      (["--picture", "12"], 2), (["--picture", "12x13"], 1), (["--classes", "a,b"], 1),
    ] {
      let result = try OctetProcess.run(["inspect", onnx] + words)
      #expect(Int(result.status) == status && result.errors.split(separator: "\n").count == 1)
    }
    #expect(try OctetProcess.run("inspect", out, "--picture", "12x12").status == 2)
  }

  @Test func `what becomes of each layer`() throws {
    let models = Python.repository.appending(path: "Tests/OctetInterchangeTests/Keras/Models").path
    func fates(_ path: String) throws -> [String: Int?] {
      let found = try object(try OctetProcess.run("inspect", path, "--json"))
      let layers = try #require(found["source_layers"] as? [[String: Any]])
      return Dictionary(
        uniqueKeysWithValues: layers.compactMap { layer in
          (layer["name"] as? String).map {
            ($0, layer["computes"] as? Bool == true ? layer["tensor"] as? Int : nil)
          }
        })
    }
    let residual = try fates("\(models)/residual.keras")
    #expect(
      residual == [
        "zero_padding2d": 1, "conv2d_2": 1, "batch_normalization": 1, "re_lu": 1, "named": 2,
        "batch_normalization_1": 2, "add": 3, "activation": 3, "average_pooling2d": 4,
        "global_average_pooling2d": 5, "dense_2": 6, "softmax": 6,
      ])
    #expect(try fates("\(models)/sequential.keras")["dropout"] == .some(nil))
    let text = try OctetProcess.run("inspect", "\(models)/residual.keras").output
    for line in [
      "zero_padding2d            ZeroPadding2D           a part of conv2d_2\n",
      "conv2d_2                  Conv2D                  a layer\n",
      "softmax                   Softmax                 the head, softmax\n",
    ] { #expect(text.contains(line), "\(line)") }
    // Two layers at the end of Octet's own are dropped and fused.
    let folder = try TemporaryFolder()
    let own = folder.path("m.safetensors")
    try FloatModelFile.save(
      FloatModels.make("input 8x8x1\nconv 4 3x3\nbatchnorm relu\ndropout 0.1\nflatten\ndense 3 softmax"),
      path: own)
    #expect(
      try fates(own) == ["conv-1": 1, "batchnorm-1": 1, "dropout-1": nil, "flatten-1": nil, "dense-1": 2])
  }

  @Test func `a refused model is described, then comes the reason`() throws {
    let folder = try TemporaryFolder()
    // A network that was read, with a layer that no longer sees a picture.
    let flat = folder.path("flat.safetensors")
    try FloatModelFile.save(
      FloatModels.make("input 8x8x1\nflatten\nbatchnorm\ndense 3 softmax"), path: flat)
    // A file with an operator that is not known: one name in place of another.
    let own = folder.path("relu.safetensors")
    let unknown = folder.path("unknown.onnx")
    try FloatModelFile.save(
      FloatModels.make("input 8x8x1\nconv 4 3x3 relu\nflatten\ndense 3 softmax"), path: own)
    try #require(try OctetProcess.run("export", own, "--onnx", unknown).status == 0)
    var bytes = try #require(try folder.bytes(of: "unknown.onnx"))
    for place in bytes.ranges(of: Array("Relu".utf8)) {
      bytes.replaceSubrange(place, with: Array("Loop".utf8))
    }
    try Data(bytes).write(to: URL(filePath: unknown))
    for (path, line, kind) in [(flat, "batchnorm-1", "batchnorm"), (unknown, "Loop", "Loop")] {
      let text = try OctetProcess.run("inspect", path)
      #expect(
        text.status == 1 && text.output.contains("which cannot become an .octet file"), "\(text.errors)")
      #expect(text.output.contains(line))
      #expect(text.errors.split(separator: "\n").count == 1 && text.errors.contains(path))
      let json = try OctetProcess.run("inspect", path, "--json")
      let found = try object(json)
      #expect(json.status == 1 && found["arena_bytes"] is NSNull && found["file_bytes"] is NSNull)
      let layers = try #require(found["layers"] as? [[String: Any]])
      #expect(layers.contains { ($0["kind"] as? String)?.contains(kind) == true })
      let reason = try #require(found["error"] as? String)
      #expect(json.errors == "octet: \(reason)\n")
    }
    try folder.write("no model", to: "broken.onnx")
    let broken = try OctetProcess.run("inspect", folder.path("broken.onnx"))
    #expect(broken.status == 1 && broken.output.isEmpty && broken.errors.contains("broken.onnx"))
  }
}
