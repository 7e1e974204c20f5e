import Octet
import OctetInterchange
import OctetTraining

/// Turns a full-integer .tflite network into an integer model, with its own integers, scales and zero points.
///
/// Nothing is calibrated: weights and biases are taken as they are, and each ratio of scales becomes the multiplier and
/// shift nearest to it. What TensorFlow Lite rounds twice is rounded once here, so that now and then a value is a step apart.
package struct LiteIntegerConversion {
  private let source: LiteNetwork
  private let classNames: [String]
  private var tensors: [QuantizedTensor] = []
  private var layers: [QuantizedLayer] = []
  /// The tensor here that holds each value of the file's network.
  private var values: [Int] = []
  private var weightCount = 0

  /// - Parameters:
  ///   - picture: the shape of the pictures, which a flat input of as many values takes.
  ///   - pixels: what a pixel of 0 and one of 255 stand for.
  package static func model(
    _ source: LiteNetwork, classNames: [String], picture: ImageShape?, pixels: ClosedRange<Float>
  ) throws(ImportError) -> QuantizedModel {
    var conversion = LiteIntegerConversion(source: source, classNames: classNames)
    try conversion.convertInput(picture: picture, pixels: pixels)
    for layer in source.layers { try conversion.convert(layer) }
    return try conversion.finish()
  }

  private init(source: LiteNetwork, classNames: [String]) {
    self.source = source
    self.classNames = classNames
  }

  // MARK: ends

  private mutating func convertInput(picture: ImageShape?, pixels: ClosedRange<Float>) throws(ImportError) {
    let encoding = try encoding(source.inputTensor, title: "its input")
    var shape = source.input
    // A dense layer folds a picture in row by row; other layers may need the input as it is described.
    let readers = source.layers.filter { $0.inputs.contains(0) }
    if let picture, shape.isFlat, picture.count == shape.count, readers.allSatisfy(\.kind.isDense) {
      shape = picture
    }
    let (scale, zeroPoint) = (Double(encoding.scale), encoding.zeroPoint)
    let ends = (scale * Double(-128 - zeroPoint), scale * Double(127 - zeroPoint))
    let span = Double(pixels.upperBound - pixels.lowerBound)
    guard abs(ends.0 - Double(pixels.lowerBound)) <= 0.1 * span,
      abs(ends.1 - Double(pixels.upperBound)) <= 0.1 * span
    else {
      throw source.failure(
        "its input runs from \(ends.0) to \(ends.1), pixels from \(pixels.lowerBound) to \(pixels.upperBound): say with --pixels LOW:HIGH what pixels of 0 and 255 were when it was trained"
      )
    }
    let table = (0...255).map { pixel in
      let value = Double(pixels.lowerBound) + span * Double(pixel) / 255
      return Int8(min(max((value / scale).rounded() + Double(zeroPoint), -128), 127))
    }
    if table.enumerated().allSatisfy({ Int($1) == $0 - 128 }) {
      tensors.append(QuantizedTensor(shape: shape, zeroPoint: zeroPoint, scale: encoding.scale))
    } else {
      // The runtime feeds each pixel less 128.
      tensors.append(QuantizedTensor(shape: shape, zeroPoint: -128, scale: 1 / 255))
      append(lookUp(table, from: 0), shape: shape, encoding)
    }
    values = [tensors.count - 1]
  }

  private mutating func finish() throws(ImportError) -> QuantizedModel {
    guard let last = tensors.last, last.shape.isFlat else {
      throw source.failure("its output \(tensors.last?.shape.description ?? "") is not one row of logits")
    }
    let outputs = last.shape.channels
    guard outputs == classNames.count || (outputs == 1 && classNames.count == 2) else {
      throw source.failure("it has \(outputs) outputs, but there are \(classNames.count) classes")
    }
    let head: QuantizedModel.Head =
      switch source.head {
      case .linear: .linear
      case .softmax: .softmax
      case .sigmoid: .sigmoid
      }
    fusePools()
    var model = QuantizedModel(head: head, classNames: classNames, tensors: tensors, layers: layers)
    model.fitBorders()
    if let fault = model.fault { throw source.failure(fault) }
    return model
  }

  /// Joins each maximum pool with the convolution before it, which saves the memory between them and changes no bit.
  private mutating func fusePools() {
    var index = 1
    while index < layers.count {
      let pool = layers[index]
      let reads = layers.filter { $0.inputs.contains(index) }.count
      let previous = layers[index - 1]
      if pool.kind == .maximumPooling, pool.inputs == [index], reads == 1, previous.kind == .convolution,
        previous.pool == .one, pool.window == pool.stride, pool.reach == Extent(0, 0),
        pool.window.height * tensors[index + 1].shape.height <= tensors[index].shape.height,
        pool.window.width * tensors[index + 1].shape.width <= tensors[index].shape.width
      {
        layers[index - 1].pool = pool.window
        layers.remove(at: index)
        tensors.remove(at: index)
        for reader in layers.indices {
          layers[reader].inputs = layers[reader].inputs.map { $0 > index ? $0 - 1 : $0 }
        }
      } else {
        index += 1
      }
    }
  }

  private mutating func append(_ layer: QuantizedLayer, shape: ImageShape, _ encoding: IntegerLayer.Encoding)
  {
    layers.append(layer)
    tensors.append(QuantizedTensor(shape: shape, zeroPoint: encoding.zeroPoint, scale: encoding.scale))
  }

  // MARK: layers

  private mutating func convert(_ layer: LiteNetwork.Layer) throws(ImportError) {
    let inputs = layer.inputs.map { values[$0] }
    let output = try encoding(layer.output, title: layer.title)
    let from = tensors[inputs[0]]
    switch layer.kind {
    case .dense, .convolution, .depthwiseConvolution:
      append(try weighted(layer, inputs, output), shape: layer.shape, output)
    case .maximumPooling(let pooling):
      guard output.zeroPoint == from.zeroPoint, output.scale == from.scale else {
        throw source.failure("\(layer.title) changes scale or zero point, which pooling cannot")
      }
      append(
        windowed(.maximumPooling, pooling.window, from.shape, layer.shape, inputs), shape: layer.shape, output
      )
      let clamp = clamp(layer.function, output)
      if clamp != -128...127 {
        let table = (-128...127).map { Int8(min(max($0, clamp.lowerBound), clamp.upperBound)) }
        append(lookUp(table, from: tensors.count - 1), shape: layer.shape, output)
      }
    case .averagePooling(let pooling):
      let window = pooling.window
      var made = windowed(.averagePooling, window, from.shape, layer.shape, inputs)
      let most = window.height * window.width
      let isCut =
        made.reach != Extent(0, 0)
        || (layer.shape.height - 1) * window.strideHeight + window.height > from.shape.height
        || (layer.shape.width - 1) * window.strideWidth + window.width > from.shape.width
      made.scalings = try averages(isCut ? Array(1...most) : [most], layer, from, output)
      made.clamp = clamp(layer.function, output)
      append(made, shape: layer.shape, output)
    case .globalAveragePooling:
      var made = QuantizedLayer(.globalAveragePooling, inputs: inputs)
      made.scalings = try averages([from.shape.height * from.shape.width], layer, from, output)
      made.clamp = clamp(layer.function, output)
      append(made, shape: layer.shape, output)
    case .add: append(try addition(layer, inputs, output), shape: layer.shape, output)
    case .function(let function):
      let table = (-128...127).map { integer in
        let value = function.value(Double(from.scale) * Double(integer - from.zeroPoint))
        return Int8(min(max((value / Double(output.scale)).rounded() + Double(output.zeroPoint), -128), 127))
      }
      append(lookUp(table, from: inputs[0]), shape: layer.shape, output)
    case .multiply, .shift:
      throw source.failure("\(layer.title) has a constant, which is known in float files only")
    }
    values.append(tensors.count - 1)
    guard layer.function != .tanh else { throw source.failure("\(layer.title) has a fused TANH") }
  }

  private mutating func weighted(
    _ layer: LiteNetwork.Layer, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> QuantizedLayer {
    let from = tensors[inputs[0]]
    let outputs = layer.shape.channels
    var made: QuantizedLayer
    let isDepthwise: Bool
    switch layer.kind {
    case .convolution(let convolution):
      made = windowed(.convolution, convolution.window, from.shape, layer.shape, inputs)
      isDepthwise = false
    case .depthwiseConvolution(let depthwise):
      made = windowed(.depthwiseConvolution, depthwise.window, from.shape, layer.shape, inputs)
      isDepthwise = true
    default:
      made = QuantizedLayer(.dense, inputs: inputs)
      isDepthwise = false
    }
    let (weights, scales) = try weights(layer, outputs: outputs, isDepthwise: isDepthwise)
    made.weights = weights
    weightCount += weights.count
    guard weightCount <= NetworkDescription.largestParameterCount else {
      throw source.failure("it has more than \(NetworkDescription.largestParameterCount) weights")
    }
    made.clamp = clamp(layer.function, output)
    // With ReLU, what lies below zero is cut off however it is rounded.
    let isNeverNegative = clamp(layer.function, output).lowerBound >= output.zeroPoint
    let bias = try layer.bias.map { (tensor) throws(ImportError) in try integers(tensor) }
    let perOutput = weights.count / outputs
    let room = Int(Int32.max) - Int(Limit.product) * perOutput
    for channel in 0..<outputs {
      let ratio =
        Double(from.scale) * Double(scales.count == 1 ? scales[0] : scales[channel]) / Double(output.scale)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(layer.title), output \(channel): its scales have the ratio \(ratio); 2^-32 to 1/4 fit an .octet file"
        )
      }
      let (own, summand) = isNeverNegative ? Self.likeTwoRoundings(scaling) : (scaling, 0)
      made.scalings.append(own)
      var sum = 0
      for place in 0..<perOutput {
        sum += Int(weights[isDepthwise ? place * outputs + channel : channel * perOutput + place])
      }
      // The runtime sums the integers as they are; what the zero point adds is constant.
      let total =
        (bias?[channel] ?? 0) - from.zeroPoint * sum + summand
      guard abs(total) <= room else {
        throw source.failure(
          "\(layer.title), output \(channel): bias \(total) with \(perOutput) weights could overflow 32 bits")
      }
      made.bias.append(Int32(total))
    }
    return made
  }

  /// A multiplier, and what to add to each sum, so that rounding once comes nearest to rounding twice.
  ///
  /// TensorFlow Lite first rounds the product of a sum and its multiplier M to a multiple of 2^31, then shifts with
  /// rounding. For what is not negative both together are one rounding of the product plus 2^30. A sum that is larger by one
  /// adds M, which lies in [2^30, 2^31): nearer than nothing in the lower half. What is still too much or too little, at
  /// most 2^29, is taken out by the multiplier's last bits, exactly so where the output is 96 of 255 steps.
  private static func likeTwoRoundings(_ scaling: FixedPointScaling) -> (
    scaling: FixedPointScaling, summand: Int
  ) {
    let multiplier = Double(scaling.multiplier)
    let summand = multiplier < 0x1.8p30 ? 1 : 0
    let excess = Double(summand) * multiplier - 0x1p30
    let changed = multiplier - (excess * scaling.factor / 96).rounded()
    return (
      FixedPointScaling(multiplier: Int32(min(max(changed, 0x1p30), 0x1p31 - 1)), shift: scaling.shift),
      summand
    )
  }

  /// Weights in the file's order, which is Octet's, and their scales.
  private func weights(
    _ layer: LiteNetwork.Layer, outputs: Int, isDepthwise: Bool
  ) throws(ImportError) -> ([Int8], [Float]) {
    guard let tensor = layer.weights, source.graph.tensors[tensor].element == .int8 else {
      throw source.failure("\(layer.title) has weights that are not int8")
    }
    let numbers = try integers(tensor)
    let found: LiteGraph.Encoding?
    do throws(FlatBufferTable.Failure) {
      found = try source.graph.encoding(tensor)
    } catch {
      throw source.failure("byte \(error.offset): \(error.reason)")
    }
    guard let found, found.zeroPoints.allSatisfy({ $0 == 0 }),
      found.scales.count == 1 || (found.scales.count == outputs && found.axis == (isDepthwise ? 3 : 0))
    else {
      throw source.failure(
        "\(layer.title) has weights with zero points, or scales that are not one for each output")
    }
    guard numbers.allSatisfy({ $0 >= -127 }) else {
      throw source.failure("\(layer.title) has a weight of -128; -127 to 127 are known")
    }
    return (numbers.map { Int8($0) }, found.scales)
  }

  private func windowed(
    _ kind: QuantizedLayer.Kind, _ window: Window, _ from: ImageShape, _ to: ImageShape, _ inputs: [Int]
  ) -> QuantizedLayer {
    var layer = QuantizedLayer(kind, inputs: inputs)
    layer.window = Extent(window.height, window.width)
    layer.stride = Extent(window.strideHeight, window.strideWidth)
    let border = window.border(input: from, output: to)
    layer.reach = Extent(border.top, border.left)
    return layer
  }

  private func lookUp(_ table: [Int8], from tensor: Int) -> QuantizedLayer {
    var layer = QuantizedLayer(.table, inputs: [tensor])
    layer.table = table
    return layer
  }

  private func averages(
    _ counts: [Int], _ layer: LiteNetwork.Layer, _ from: QuantizedTensor, _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> [FixedPointScaling] {
    guard counts.allSatisfy({ $0 <= Int(Limit.averagedCells) }) else {
      throw source.failure(
        "\(layer.title) averages \(counts.max() ?? 0) cells; \(Limit.averagedCells) is the most")
    }
    var scalings: [FixedPointScaling] = []
    for count in counts {
      let ratio = Double(from.scale) / Double(output.scale) / Double(256 * count)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(layer.title) has scales with the ratio \(ratio * Double(256 * count)), which is too large")
      }
      scalings.append(scaling)
    }
    return scalings
  }

  private func addition(
    _ layer: LiteNetwork.Layer, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> QuantizedLayer {
    guard let addition = QuantizedLayer.Addition(inputs.map { tensors[$0].scale }, output: output.scale)
    else {
      throw source.failure("\(layer.title) has inputs whose steps are more than 2^20 of its output's")
    }
    var made = QuantizedLayer(.add, inputs: inputs)
    made.addition = addition
    made.clamp = clamp(layer.function, output)
    return made
  }

  // MARK: integers and what they stand for

  private func encoding(_ tensor: Int, title: String) throws(ImportError) -> IntegerLayer.Encoding {
    let found: LiteGraph.Encoding?
    do throws(FlatBufferTable.Failure) {
      found = try source.graph.encoding(tensor)
    } catch {
      throw source.failure("byte \(error.offset): \(error.reason)")
    }
    let element = source.graph.tensors[tensor].element
    // An unsigned byte is the same less 128.
    let shift = element == .uint8 && tensor == source.inputTensor ? 128 : 0
    guard let found, found.scales.count == 1, element == .int8 || shift == 128,
      (-128...127).contains(found.zeroPoints[0] - shift)
    else {
      throw source.failure(
        "\(title) is no int8 value with a scale of its own: convert with int8 for all operators (TFLITE_BUILTINS_INT8)"
      )
    }
    return IntegerLayer.Encoding(scale: found.scales[0], zeroPoint: found.zeroPoints[0] - shift)
  }

  private func integers(_ tensor: Int) throws(ImportError) -> [Int] {
    do throws(FlatBufferTable.Failure) {
      return try source.graph.integers(tensor)
    } catch {
      throw source.failure("byte \(error.offset): \(error.reason)")
    }
  }

  /// What a fused function leaves of the integers.
  private func clamp(_ function: LiteNetwork.Function, _ encoding: IntegerLayer.Encoding) -> ClosedRange<Int>
  {
    func place(_ value: Double) -> Int {
      let integer = (value / Double(encoding.scale)).rounded() + Double(encoding.zeroPoint)
      return Int(min(max(integer, -128), 127))
    }
    switch function {
    case .relu: return place(0)...127
    case .relu6: return place(0)...place(6)
    case .reluN1To1: return place(-1)...place(1)
    case .none, .logistic, .tanh: return -128...127
    }
  }
}

extension LiteNetwork.Kind {
  fileprivate var isDense: Bool {
    if case .dense = self { return true }
    return false
  }
}

extension LiteNetwork.Function {
  fileprivate func value(_ value: Double) -> Double {
    switch self {
    case .none: value
    case .relu: max(value, 0)
    case .reluN1To1: min(max(value, -1), 1)
    case .relu6: min(max(value, 0), 6)
    case .logistic: logisticFunction(value)
    case .tanh: hyperbolicTangent(value)
    }
  }
}
