import Octet
import OctetNetwork

/// A lowered network as one that can be trained: the same layers, and what was fused taken apart again.
struct TrainedForm {
  let description: NetworkDescription
  /// For each lowered layer, the described one that does its sums.
  private(set) var places: [(index: Int, name: String)] = []
  /// For a described layer that does sums, the lowered one.
  private(set) var sums: [Int: Int] = [:]
  /// For a described layer whose output is a lowered value, the lowered layer that makes it.
  private(set) var ends: [Int: Int] = [:]
  /// For the described layer of the network's output, what a step of it stands for.
  private(set) var outputSteps: [Int: Float] = [:]

  init(_ quantized: QuantizedNetwork, activation: Activation) throws(QuantizationError) {
    let network = quantized.network
    var layers: [LayerDescription] = []
    // The described value of each lowered one.
    var values = [0]
    func append(
      _ name: String, _ kind: FloatLayerKind, _ inputs: [Int], _ activation: Activation = .linear,
      bits: WeightBits? = nil
    ) {
      layers.append(
        LayerDescription(
          name: name, kind: kind, activation: activation, inputs: inputs, line: 0, bits: bits))
    }
    guard network.outputs.count == 1, network.outputs[0].value == network.layers.count else {
      throw .unsupported(
        layer: network.layers.last?.name ?? "",
        reason: "only networks with one output, at the end, can be trained")
    }
    for (index, layer) in network.layers.enumerated() {
      guard let kind = layer.trainedKind else {
        throw .unsupported(
          layer: layer.name,
          reason: "training with integers does not know \(type(of: layer.kind).keyword) layers yet: "
            + "quantize without --finetune")
      }
      var inputs = layer.inputs.map { values[$0] }
      if layer.kind.sums(layer)?.input.isFlat == true, !layer.input.isFlat {
        append("layer_\(index)_flat", .flatten(Flatten()), inputs)
        inputs = [layers.count]
      }
      let isLast = index + 1 == network.layers.count
      let name = "layer_\(index)"
      append(
        name, kind, inputs, isLast && layer.pool == .one ? activation : .linear,
        bits: layer.isWeighted ? WeightBits(layer.encoding) : nil)
      places.append((layers.count - 1, name))
      if layer.isWeighted { sums[layers.count - 1] = index }
      if layer.pool != .one {
        let (height, width) = (layer.pool.height, layer.pool.width)
        let window = Window(height: height, width: width, strideHeight: height, strideWidth: width)
        append(
          "layer_\(index)_pool",
          .maxPooling(MaxPooling(window: window)),
          [layers.count], isLast ? activation : .linear)
      }
      ends[layers.count - 1] = index
      if isLast { outputSteps[layers.count - 1] = quantized.integers[index].output.scale }
      values.append(layers.count)
    }
    description = NetworkDescription(input: network.input, layers: layers)
  }
}

extension LoweredLayer {
  /// The float layer that does its sums and has a way back; nil for kinds that are not trained with integers.
  fileprivate var trainedKind: FloatLayerKind? {
    switch sums?.kind {
    case .convolution(let kind): return .convolution(Convolution(filters: kind.filters, window: kind.window))
    case .depthwiseConvolution(let kind):
      return .depthwiseConvolution(DepthwiseConvolution(window: kind.window, multiplier: kind.multiplier))
    case .dense(let kind): return .dense(Dense(units: kind.units))
    case .maxPooling, .averagePooling, .globalAveragePooling: return sums?.kind
    case nil: break
    default: return nil
    }
    switch kind {
    case let kind as Add where kind.operand == .layer: return .add(kind)
    case let kind as Subtract where kind.operand == .layer: return .subtract(kind)
    case let kind as Concatenate: return .concatenate(kind)
    case let kind as Arrange: return .arrange(kind)
    case let kind as Resize: return .resize(kind)
    case let kind as ActivationOnly: return .activation(kind)
    default: return nil
    }
  }

  private var sums: (kind: FloatLayerKind, input: ImageShape)? { kind.sums(self) }
}
