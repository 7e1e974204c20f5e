import Octet
import OctetInterchange
import OctetNetwork
import OctetTraining

/// Turns a full-integer .tflite network into an integer model, with its own integers, scales and zero points.
///
/// Nothing is calibrated: weights and biases are taken as they are, and each ratio of scales becomes the multiplier and
/// shift nearest to it. Convolutions round twice here as well, so that each of their values is LiteRT's.
package struct LiteIntegerConversion {
  let source: LiteNetwork
  /// What each output of the file means.
  let meanings: [ModelOutput]
  private(set) var tensors: [QuantizedTensor] = []
  private(set) var layers: [QuantizedLayer] = []
  /// The model's outputs, once all layers are there.
  private(set) var outputs: [QuantizedOutput] = []
  /// The tensor here that holds each value of the file's network.
  var values: [Int] = []
  /// For a value that a softmax or sigmoid gives and an output leaves to its head, the tensor that goes into it.
  var logits: [Int: Int] = [:]
  /// The values that the file computes in floats, between DEQUANTIZE and QUANTIZE.
  var floats: [Int: LiteFloats] = [:]
  /// How each value is used.
  let uses: LiteValueUses
  var weightCount = 0
  /// How pixels become the input's integers; empty where they are those less 128.
  private var pixelMap: [PixelFactor] = []

  /// - Parameters:
  ///   - outputs: those of the network, each with a meaning; names of classes, labels or numbers may lack.
  ///   - picture: the shape of the pictures, which a flat input of as many values takes.
  ///   - pixels: what a pixel of 0 and one of 255 stand for; nil for an input that is fed its own integers plus 128.
  package static func model(
    _ source: LiteNetwork, outputs: [ModelOutput], picture: ImageShape?, pixels: PixelRange?
  ) throws(ImportError) -> QuantizedModel {
    try converted(source, outputs: outputs, picture: picture, pixels: pixels).model
  }

  /// The same with the file's operators and the tensors that hold what they give.
  package static func converted(
    _ source: LiteNetwork, outputs: [ModelOutput], picture: ImageShape?, pixels: PixelRange?
  ) throws(ImportError) -> (model: QuantizedModel, sources: [SourceOperator]) {
    var conversion = LiteIntegerConversion(source: source, meanings: outputs)
    try conversion.convertInput(picture: picture, pixels: pixels)
    for (index, node) in source.graph.nodes.enumerated() { try conversion.convert(node, value: index + 1) }
    let model = try conversion.finish()
    return (model, source.graph.sources.renumbered(conversion.values))
  }

  private init(source: LiteNetwork, meanings: [ModelOutput]) {
    precondition(meanings.count == source.outputs.count, "each output of the file has a meaning")
    self.source = source
    self.meanings = meanings
    uses = LiteValueUses(source, meanings)
  }

  private mutating func convertInput(picture: ImageShape?, pixels: PixelRange?) throws(ImportError) {
    let encoding = try encoding(source.inputTensor, title: "its input")
    var shape = source.input
    // A dense layer folds a picture in row by row; other layers may need the input as it is described.
    let readers = source.graph.nodes.filter { $0.inputs.contains(0) }
    func isDense(_ node: Graph.Node) -> Bool {
      if case .layer(.dense) = node.operation { return true }
      return false
    }
    if let picture, shape.isFlat, picture.count == shape.count, readers.allSatisfy(isDense) {
      shape = picture
    }
    guard let pixels else {
      tensors.append(QuantizedTensor(shape: shape, zeroPoint: encoding.zeroPoint, scale: encoding.scale))
      values = [0]
      return
    }
    let (scale, zeroPoint) = (Double(inputScale(encoding)), encoding.zeroPoint)
    let ends = (scale * Double(-128 - zeroPoint), scale * Double(127 - zeroPoint))
    let (low, high) = (Double(pixels.whole.lowerBound), Double(pixels.whole.upperBound))
    guard abs(ends.0 - low) <= 0.1 * (high - low), abs(ends.1 - high) <= 0.1 * (high - low) else {
      throw source.failure(
        """
        its input runs from \(ends.0) to \(ends.1), pixels from \(low) to \(high): say with --pixels LOW:HIGH what \
        pixels of 0 and 255 were when it was trained
        """)
    }
    guard pixels.fits(channels: source.input.channels, isFlat: source.input.isFlat) else {
      throw source.failure(
        "its input is \(source.input), and pixels are said for \(pixels.lows.count) channels (\(pixels))")
    }
    let tables = pixels.lows.indices.map { channel in
      (0...255).map { pixel in
        let value = Double(pixels.low(channel)) + Double(pixels.span(channel)) * Double(pixel) / 255
        return Int8(min(max((value / scale).rounded() + Double(zeroPoint), -128), 127))
      }
    }
    tensors.append(QuantizedTensor(shape: shape, zeroPoint: zeroPoint, scale: encoding.scale))
    values = [0]
    if tables.allSatisfy({ $0.enumerated().allSatisfy { Int($1) == $0 - 128 } }) { return }
    let lines = tables.indices.map { channel in
      PixelFactor(
        tables[channel], slope: Double(pixels.span(channel)) / 255 / scale,
        intercept: Double(pixels.low(channel)) / scale + Double(zeroPoint))
    }
    // A line takes 8 bytes in the file for each channel of the input, which a row of numbers has many of.
    if shape.channels <= 16 || tables.count > 1, lines.allSatisfy({ $0 != nil }) {
      pixelMap = (0..<shape.channels).compactMap { lines[$0 % lines.count] }
      return
    }
    guard tables.count == 1 else {
      throw source.failure(
        "no line through whole numbers gives the integers of its pixels; give other --pixels")
    }
    // The runtime feeds each pixel less 128.
    tensors[0] = QuantizedTensor(shape: shape, zeroPoint: -128, scale: 1 / 255)
    append(lookUp(tables[0], from: 0), shape: shape, encoding)
    values = [tensors.count - 1]
  }

  private mutating func finish() throws(ImportError) -> QuantizedModel {
    for index in meanings.indices { outputs.append(try output(index)) }
    fusePools()
    var model = QuantizedModel(outputs: outputs, tensors: tensors, layers: layers)
    model.pixelMap = pixelMap
    model.fitBorders()
    // The layers have their factors by now. Where a table makes the input of pixels, these stay what they are.
    if values[0] == 0 { model.tensors[0].scale = inputScale(encoding(of: 0)) }
    if let fault = model.fault { throw source.failure(fault) }
    return model
  }

  /// What a step of the input is, which the file may multiply by a number before it makes integers of it.
  private func inputScale(_ encoding: IntegerLayer.Encoding) -> Float {
    Float(Double(encoding.scale) / source.inputFactor)
  }

  /// Gives the tensor that the layer writes.
  @discardableResult
  mutating func append(_ layer: QuantizedLayer, shape: ImageShape, _ encoding: IntegerLayer.Encoding) -> Int {
    layers.append(layer)
    tensors.append(
      QuantizedTensor(
        shape: shape, zeroPoint: encoding.zeroPoint, elementBytes: encoding.elementBytes,
        scale: encoding.scale))
    return tensors.count - 1
  }

  /// Lets layer `index - 1` take the maximum that layer `index` takes of its values, which nothing else needs.
  mutating func fusePool(_ index: Int) {
    layers[index - 1].pool = layers[index].window
    layers.remove(at: index)
    tensors.remove(at: index)
    for reader in layers.indices {
      layers[reader].inputs = layers[reader].inputs.map { $0 > index ? $0 - 1 : $0 }
    }
    values = values.map { $0 > index ? $0 - 1 : $0 }
    for place in outputs.indices where outputs[place].tensor > index { outputs[place].tensor -= 1 }
  }
}
