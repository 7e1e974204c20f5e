import Octet
import OctetNetwork
import OctetTraining

extension QuantizedNetwork {
  /// The integer network that a float model becomes, with every size as it will be and no number as it will be.
  ///
  /// Nothing is calibrated, so no data is needed: ranges are made up and weights are 0. What the file and the arena
  /// take, and which tensors are of int16, follows from kinds and shapes alone, since a weight of 0 takes its byte too
  /// and every choice that depends on values is one of a number and never of its size.
  ///
  /// - Parameters:
  ///   - picture: the shape of the pictures that a flat input is made of; nil where it is none.
  ///   - inputKind: what it will be calibrated on.
  package init(
    outlineOf model: FloatModel, picture: ImageShape?, inputKind: InputKind,
    weights: WeightEncoding = .int8
  ) throws(QuantizationError) {
    var network = try LoweredNetwork(model, picture: picture)
    if inputKind == .pictures { network.absorbPixelScaling() }
    network.choose(.usual(weights))
    let madeUp = ValueRange(-1, 1)
    // Of pixels it is known, and with it how they become integers.
    let input = network.inputEncoding(nil, by: .minMax)
    var encodings = [input]
    var all: [IntegerLayer] = []
    for (index, lowered) in network.layers.enumerated() {
      // Scales made of the model's own weights would grow from layer to layer without what activations do to values.
      var layer = lowered
      layer.weights = [Float](repeating: 0, count: lowered.weights.count)
      layer.bias = [Float](repeating: 0, count: lowered.bias.count)
      let quantizer = LayerQuantizer(
        layer: layer, inputs: layer.inputs.map { encodings[$0] }, outputRange: madeUp, sumsRange: madeUp,
        isWide: network.canBeWide(index))
      let scales = layer.isWeighted ? [Double](repeating: 0x1p-7, count: layer.output.channels) : []
      let integers = try layer.kind.quantize(quantizer, weightScales: scales)
      encodings.append(integers.output)
      all.append(integers)
    }
    self.init(network: network, inputKind: inputKind, input: input, integers: all)
  }
}
