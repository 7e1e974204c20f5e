import Octet
import OctetNetwork

extension QuantizedModel {
  /// Puts the decisions into the form and order of the file.
  init(_ network: LoweredNetwork, _ integers: [IntegerLayer]) {
    var tensors = [
      QuantizedTensor(
        shape: network.input, zeroPoint: IntegerLayer.Encoding.image.zeroPoint,
        scale: IntegerLayer.Encoding.image.scale)
    ]
    var layers: [QuantizedLayer] = []
    for (layer, integers) in zip(network.layers, integers) {
      tensors.append(
        QuantizedTensor(
          shape: layer.output, zeroPoint: integers.output.zeroPoint,
          elementBytes: integers.output.elementBytes,
          scale: integers.output.scale))
      layers.append(
        QuantizedLayer(layer, integers, inputZeroPoint: tensors[layer.inputs[0]].zeroPoint))
    }
    self.init(head: network.head, classNames: network.classNames, tensors: tensors, layers: layers)
    pictureForm = network.pictureForm
    fitBorders()
  }
}

extension IntegerLayer.Encoding {
  /// Pixels: 0 to 255 stand for 0 to 1 exactly.
  static let image = IntegerLayer.Encoding(scale: 1 / 255, zeroPoint: -128)
}

extension QuantizedLayer {
  fileprivate init(_ layer: LoweredLayer, _ integers: IntegerLayer, inputZeroPoint: Int) {
    let kind: Kind =
      switch layer.kind {
      case .dense: .dense
      case .convolution: .convolution
      case .depthwiseConvolution: .depthwiseConvolution
      case .maximumPooling: .maximumPooling
      case .averagePooling: .averagePooling
      case .globalAveragePooling: .globalAveragePooling
      case .add: .add
      case .activation: .table
      }
    self.init(kind, inputs: layer.inputs)
    if let window = layer.window {
      self.window = Extent(window.height, window.width)
      stride = Extent(window.strideHeight, window.strideWidth)
      let border = window.border(input: layer.input, output: layer.unpooledOutput)
      reach = Extent(border.top, border.left)
    }
    pool = layer.pool
    clamp = kind.traits.contains(.clamp) ? integers.clamp : nil
    scalings = integers.scalings
    table = integers.table
    addition = integers.addition
    guard layer.isWeighted else { return }
    let outputs = layer.output.channels
    var weightSums = [Int](repeating: 0, count: outputs)
    for (index, weight) in integers.weights.enumerated() { weightSums[index % outputs] += Int(weight) }
    bias = integers.bias.indices.map { Int32(integers.bias[$0] - inputZeroPoint * weightSums[$0]) }
    weights =
      kind.traits.contains(.channelwise)
      ? integers.weights : Self.byOutput(integers.weights, outputs: outputs)
  }

  /// Each output's weights side by side.
  private static func byOutput(_ weights: [Int8], outputs: Int) -> [Int8] {
    let perOutput = weights.count / outputs
    return [Int8](unsafeUninitializedCapacity: weights.count) { result, count in
      for output in 0..<outputs {
        for place in 0..<perOutput { result[output * perOutput + place] = weights[place * outputs + output] }
      }
      count = weights.count
    }
  }
}
