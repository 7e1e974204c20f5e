import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// What converted models have and Octet's own do not: outputs limited within the range of their integers, and rows and
/// columns that no window is placed at. Each layer is followed by a dense layer that gives its integers as logits.
struct ONNXLimitTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let kind: QuantizedLayer.Kind
    /// The nodes that the file must have for it.
    let nodes: [String]
    let clamp: ClosedRange<Int>?
    let zeroPoint: Int
    var shape = ImageShape(height: 7, width: 6, channels: 3)
    var window = Extent(3, 3)
    var stride = Extent.one
    var reach = Extent(0, 0)
    var pool = Extent.one
    var elementBytes = 1
  }

  static let cases: [Case] = [
    Case(
      testDescription: "ReLU of values of both signs", kind: .convolution, nodes: ["Relu"],
      clamp: -20...127, zeroPoint: -20),
    Case(
      testDescription: "ReLU6", kind: .convolution, nodes: ["Clip"], clamp: -100...40, zeroPoint: -100),
    Case(
      testDescription: "a lower limit that is not 0", kind: .convolution, nodes: ["Clip"],
      clamp: -60...127, zeroPoint: 10),
    Case(
      testDescription: "an upper limit", kind: .convolution, nodes: ["Clip"], clamp: -128...50,
      zeroPoint: -128),
    Case(
      testDescription: "limits of a convolution that ends early", kind: .convolution,
      nodes: ["Clip", "Slice"], clamp: -30...45, zeroPoint: 7,
      shape: ImageShape(height: 4, width: 5, channels: 3), window: Extent(2, 3), reach: Extent(0, 1)),
    Case(
      testDescription: "a pool in a convolution that ends early", kind: .convolution,
      nodes: ["Relu", "Slice"], clamp: -5...127, zeroPoint: -5,
      shape: ImageShape(height: 2, width: 3, channels: 2), pool: Extent(2, 2)),
    Case(
      testDescription: "a depthwise convolution that ends early", kind: .depthwiseConvolution,
      nodes: ["Relu", "Slice"], clamp: 0...127, zeroPoint: 0,
      shape: ImageShape(height: 3, width: 6, channels: 4)),
    Case(
      testDescription: "a maximum over a part", kind: .maximumPooling, nodes: ["Slice"], clamp: nil,
      zeroPoint: -128, shape: ImageShape(height: 2, width: 3, channels: 2), window: Extent(2, 2),
      stride: Extent(2, 2)),
    Case(
      testDescription: "a mean over a part", kind: .averagePooling, nodes: ["Clip", "Slice"],
      clamp: -60...60, zeroPoint: -100, shape: ImageShape(height: 3, width: 2, channels: 2),
      stride: Extent(2, 2)),
    Case(
      testDescription: "a mean of all", kind: .globalAveragePooling, nodes: ["Clip"], clamp: -50...40,
      zeroPoint: -127, shape: ImageShape(flat: 2)),
    Case(
      testDescription: "ReLU of a sum", kind: .add, nodes: ["Relu"], clamp: -100...127, zeroPoint: -100,
      shape: ImageShape(height: 9, width: 8, channels: 2)),
    Case(
      testDescription: "limits of a sum", kind: .add, nodes: ["Clip"], clamp: -70...30, zeroPoint: -100,
      shape: ImageShape(height: 9, width: 8, channels: 2)),
    Case(
      testDescription: "limits of a dense layer", kind: .dense, nodes: ["Clip"], clamp: -50...60,
      zeroPoint: 3, shape: ImageShape(flat: 20)),
    Case(
      testDescription: "ReLU of wide logits", kind: .dense, nodes: ["Relu"], clamp: 0...32_767,
      zeroPoint: 0, shape: ImageShape(flat: 20), elementBytes: 2),
    Case(
      testDescription: "limits of wide logits", kind: .dense, nodes: ["Clip"], clamp: -1500...2000,
      zeroPoint: 0, shape: ImageShape(flat: 20), elementBytes: 2),
  ]

  private static let input = QuantizedTensor(
    shape: ImageShape(height: 9, width: 8, channels: 2), zeroPoint: -128, scale: 1 / 255)

  @Test(arguments: cases)
  func `limits and cuts are written as nodes that compute them`(drawn: Case) throws {
    let file = OctetFile(try Self.model(drawn)).bytes
    let model = try Model(copying: file)
    let exported = ONNXQuantizedExport.file(model, octetVersion: "1")
    let text = String(decoding: exported, as: UTF8.self)
    for node in ["Relu", "Clip", "Slice"] {
      #expect(text.contains("-1/\(node)_") == drawn.nodes.contains(node), "\(node)")
    }
    let images = FloatModels.images(40, shape: Self.input.shape, seed: 12)
    let reference = WholeLayerReference(file)
    let rows = images.pixels.indices.filter { $0 % Self.input.shape.count == 0 }.map { first in
      reference.run(Array(images.pixels[first..<first + Self.input.shape.count]))
    }
    // Limits that nothing reaches would test nothing, and the dense layer must not change what it is given.
    let values = rows.flatMap { $0.tensors[1] }
    if let clamp = drawn.clamp {
      #expect(drawn.zeroPoint == -128 || values.contains(clamp.lowerBound))
      #expect(drawn.elementBytes == 2 && clamp.upperBound == 32_767 || values.contains(clamp.upperBound))
    }
    #expect(Set(values).count > 20)
    #expect(rows.allSatisfy { $0.logits == $0.tensors[1] })

    guard let python = Python("onnx", "onnxruntime") else { return }
    let logits = try #require(ONNXExportTests.run(exported, images, python)["logits"])
    let scale = Double(Float(bitPattern: model.logits.scaleBits))
    var apart = 0
    for (own, found) in zip(rows, logits) {
      #expect(own.logits.count == found.count)
      for (integer, value) in zip(own.logits, found) {
        let steps = abs(Double(integer - Int(model.logits.zeroPoint)) - (value / scale).rounded())
        #expect(steps <= 1, "\(integer) \(value / scale)")
        if steps > 0 { apart += 1 }
      }
    }
    // Halves are rounded up by one and to even by the other; few values are halves.
    #expect(apart * 50 <= values.count, "\(apart) of \(values.count)")
  }

  /// The layer, and a dense layer that multiplies each of its integers by 1 if it is not one of logits already.
  private static func model(_ drawn: Case) throws -> QuantizedModel {
    let layer = try layer(drawn)
    let isMaximum = drawn.kind == .maximumPooling
    let output = QuantizedTensor(
      shape: drawn.shape, zeroPoint: drawn.zeroPoint, elementBytes: drawn.elementBytes,
      scale: isMaximum ? input.scale : scale(drawn))
    var (tensors, layers) = ([input, output], [layer])
    if drawn.elementBytes == 1 {
      let count = drawn.shape.count
      var copy = QuantizedLayer(.dense, inputs: [1])
      copy.weights = (0..<count * count).map { $0 / count == $0 % count ? 127 : 0 }
      copy.bias = [Int32](repeating: Int32(-127 * drawn.zeroPoint), count: count)
      copy.scalings = [FixedPointScaling](repeating: try scaling(1.0 / 127), count: count)
      copy.clamp = -128...127
      layers.append(copy)
      tensors.append(
        QuantizedTensor(shape: ImageShape(flat: count), zeroPoint: drawn.zeroPoint, scale: output.scale))
    }
    let names = (0..<drawn.shape.count).map(String.init)
    var model = QuantizedModel(head: .linear, classNames: names, tensors: tensors, layers: layers)
    model.fitBorders()
    return model
  }

  private static func layer(_ drawn: Case) throws -> QuantizedLayer {
    var layer = QuantizedLayer(drawn.kind, inputs: drawn.kind.traits.contains(.secondInput) ? [0, 0] : [0])
    layer.clamp = drawn.clamp
    let ratio = Double(input.scale) / Double(scale(drawn))
    let traits = drawn.kind.traits
    if traits.contains(.weights) { try fill(&layer, drawn) }
    if traits.contains(.means) {
      let cells = traits.contains(.window) ? drawn.window.count : 9 * 8
      layer.scalings = [try scaling(ratio / Double(256 * cells))]
    }
    if traits.contains(.secondInput) {
      layer.inputScaling = QuantizedLayer.InputScaling([input.scale, input.scale], output: scale(drawn))
    }
    guard drawn.kind.traits.contains(.window) else { return layer }
    (layer.window, layer.stride, layer.reach, layer.pool) = (
      drawn.window, drawn.stride, drawn.reach, drawn.pool
    )
    return layer
  }

  /// Steps of the output: fine enough that values reach the limits.
  private static func scale(_ drawn: Case) -> Float {
    switch drawn.kind {
    case .averagePooling: 0.0031
    case .globalAveragePooling: 0.002
    case .add: 0.0077
    default: 0.05
    }
  }

  private static func fill(_ layer: inout QuantizedLayer, _ drawn: Case) throws {
    var random = RandomStream(seed: 3, purpose: .testing, UInt64(drawn.testDescription.utf8.count))
    let outputs = drawn.shape.channels
    let perOutput =
      switch drawn.kind {
      case .dense: input.shape.count
      case .depthwiseConvolution: drawn.window.count
      default: drawn.window.count * input.shape.channels
      }
    let usual = 5000 * Double(perOutput).squareRoot()
    layer.weights = (0..<outputs * perOutput).map { _ in Int8.random(in: -127...127, using: &random) }
    layer.bias = (0..<outputs).map { _ in Int32.random(in: -Int32(usual)...Int32(usual), using: &random) }
    layer.scalings = [FixedPointScaling](
      repeating: try scaling((drawn.elementBytes == 2 ? 2000 : 80) / usual), count: outputs)
  }

  private static func scaling(_ factor: Double) throws -> FixedPointScaling {
    try #require(FixedPointScaling(factor))
  }
}
