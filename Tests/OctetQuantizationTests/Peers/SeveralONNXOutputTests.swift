import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// Integer models with several outputs as ONNX: onnxruntime gives each of them.
struct SeveralONNXOutputTests {
  /// A model, pictures for it, and how many layers a difference of a step can go through.
  private struct Case {
    let file: [UInt8]
    let images: LabeledItems
    let layers: Int
  }

  /// From a .tflite file: a map and a row that layers read, heads of each kind, and one tensor twice.
  private static func taken() throws -> Case {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "several-int8.tflite" })
    let network = try LiteNetwork(file.bytes(), path: file.testDescription)
    let model = try LiteIntegerConversion.model(
      network, outputs: network.decidedOutputs(), picture: nil, pixels: .unit)
    return Case(
      file: OctetFile(model).bytes, images: FloatModels.images(60, shape: network.input),
      layers: model.layers.count)
  }

  /// From floats: logits of 16 bits beside outputs of 8.
  private static func quantized() throws -> Case {
    let shape = ImageShape(height: 8, width: 8, channels: 1)
    var model = try FloatModels.make(
      """
      input 8x8x1
      level = conv 3 3x3 padding same relu
      flatten
      wide = dense 6 tanh
      on = dense 3
      kind = dense 5 softmax from wide
      """)
    model.network.outputs = try ["kind", "level", "wide", "on"].map { name in
      try #require(model.network.layers.firstIndex { $0.name == name }) + 1
    }
    let shapes = try model.network.shapes()
    model.outputs = model.network.outputs.enumerated().map {
      ModelOutput(name: "o\($0)", layout: ArrayLayout(shapes[$1]))
    }
    let network = try Quantizer(
      model.deciding(), images: FloatModels.images(100, shape: shape), settings: QuantizationSettings(),
      workers: Workers(count: 1)
    ).run()
    return Case(
      file: OctetFile(network.model).bytes, images: FloatModels.images(60, shape: shape, seed: 4),
      layers: network.model.layers.count)
  }

  @Test(arguments: ["integers", "floats"])
  func `onnxruntime gives every output of an integer model, but for ties`(source: String) throws {
    guard let python = Python("onnx", "onnxruntime") else { return }
    let made = try source == "integers" ? Self.taken() : Self.quantized()
    let model = try Model(copying: made.file)
    let rows = try ONNXExportTests.run(
      ONNXQuantizedExport.file(model, octetVersion: "1"), made.images, python)
    var names: [String] = []
    let reference = WholeLayerReference(made.file)
    let size = made.images.shape.count
    let outcomes = (0..<made.images.count).map {
      reference.run(Array(made.images.pixels[$0 * size..<($0 + 1) * size]))
    }
    for output in 0..<model.outputCount {
      let hasHead = model.head(ofOutput: output) != .linear
      names += hasHead ? ["output_\(output)", "output_\(output)_logits"] : ["output_\(output)"]
      let tensor = model.tensor(model.output(output).tensor)
      let scale = Double(Float(bitPattern: tensor.scaleBits))
      let found = try #require(rows[names[names.count - 1]])
      let shape = ImageShape(
        height: Int(tensor.height), width: Int(tensor.width), channels: Int(tensor.channels))
      var (apart, count) = (0, 0)
      for (item, row) in found.enumerated() {
        let own = outcomes[item].outputs[output].values
        try #require(own.count == row.count)
        let largest = row.reduce(1) { max($0, abs($1)) }
        for place in row.indices {
          let value = Double(own[Self.place(place, in: shape)] - Int(tensor.zeroPoint)) * scale
          // A step of an earlier layer is many of the fine ones of 16 bits.
          #expect(abs(value - row[place]) <= 0.02 * largest * Double(made.layers))
          if abs(value - row[place]) > 0.5 * scale { apart += 1 }
          count += 1
        }
        guard hasHead, let probabilities = rows["output_\(output)"] else { continue }
        let shares = outcomes[item].outputs[output].probabilities.map { Double($0) / 65_536 }
        for (own, share) in zip(shares.suffix(probabilities[item].count), probabilities[item]) {
          #expect(abs(own - share) <= 0.05)
        }
      }
      #expect(Double(apart) <= 0.2 * Double(count), "output \(output): \(apart) of \(count)")
    }
    #expect(rows.keys.sorted() == names.sorted())
  }

  /// Where an element of ONNX's channels first is in Octet's order.
  private static func place(_ place: Int, in shape: ImageShape) -> Int {
    let cells = shape.height * shape.width
    return place % cells * shape.channels + place / cells
  }
}
