import Octet
import OctetNetwork

/// A layer of the network as it will be quantized, with float weights: a kind that the file has, and what is fused into
/// it.
package struct LoweredLayer: Sendable {
  package let name: String
  package var kind: any LoweredKind
  /// Value 0 is the network's input, value `i` the output of layer `i - 1`.
  package var inputs: [Int]
  package var input: ImageShape
  /// After the pool.
  package var output: ImageShape
  /// Before the pool.
  package var unpooledOutput: ImageShape
  /// What follows; softmax never does, it belongs to the head.
  package var activation = Activation.linear
  /// The maximum taken after the convolution; 1x1 without.
  package var pool = Extent.one
  /// `weightsPerOutput x outputs`, the outputs side by side; the order in which they were trained.
  package var weights: [Float]
  /// One per output; empty where there are no weights.
  package var bias: [Float]
  /// How the description asks for its weights to be stored; nil where it says nothing.
  package var bits: WeightBits?
  /// How they will be stored.
  package var encoding = WeightEncoding.int8

  init(
    name: String, kind: any LoweredKind, inputs: [Int], input: ImageShape, output: ImageShape,
    activation: Activation = .linear, weights: [Float] = [], bias: [Float] = []
  ) {
    self.name = name
    self.kind = kind
    self.inputs = inputs
    self.input = input
    self.output = output
    unpooledOutput = output
    self.activation = activation
    self.weights = weights
    self.bias = bias
  }
}

extension WeightEncoding {
  package init(_ bits: WeightBits) {
    switch bits {
    case .eight: self = .int8
    case .four: self = .int4
    case .ternary: self = .ternary
    }
  }
}

extension WeightBits {
  init(_ encoding: WeightEncoding) {
    switch encoding {
    case .int8: self = .eight
    case .int4: self = .four
    case .ternary: self = .ternary
    }
  }
}

extension LoweredNetwork {
  /// Says how each layer's weights will be stored: as its description asks, else in the usual encoding.
  ///
  /// Depthwise layers and convolutions of the input stay int8 unless they are described otherwise: they have few
  /// weights, and each counts.
  mutating func choose(_ encodings: LayerEncodings) {
    for index in layers.indices where layers[index].isWeighted {
      let layer = layers[index]
      let traits = layer.kind.fileKind.traits
      let isSpared = traits.contains(.channelwise) || (traits.contains(.window) && layer.inputs.contains(0))
      let chosen: WeightEncoding =
        switch encodings {
        case .usual(let encoding): isSpared ? .int8 : encoding
        case .all(let encoding): encoding
        case .each(let encodings): encodings[layer.name] ?? .int8
        }
      layers[index].encoding = layer.bits.map { WeightEncoding($0) } ?? chosen
    }
  }
}

extension LoweredLayer {
  package var isWeighted: Bool { kind.fileKind.hasWeights }

  package var weightsPerOutput: Int { isWeighted ? weights.count / output.channels : 0 }

  /// Whether the activation is a table in the file rather than a clamp.
  package var needsTable: Bool { kind.fileKind.traits.contains(.lookup) || activation.clampedEnds == nil }

  /// What the layer is, in the words of a network description, with what was fused into it.
  package var summary: String {
    var words = [type(of: kind).keyword]
    if let window = kind.movedWindow { words.append("\(window.height)x\(window.width)") }
    if pool != .one { words.append("maxpool \(pool)") }
    if activation != .linear { words.append(activation.summary) }
    return words.joined(separator: " ")
  }
}

extension Activation {
  /// Its word, or that of a function and the share of it that is given.
  fileprivate var summary: String {
    // A function with a name is written without signs.
    guard case .function(.combined(.multiply, let inner, .number(let share))) = self, word.contains("*")
    else {
      return word
    }
    return "\(inner) x \(Float(share))"
  }
}

/// A value that the network gives, before what makes probabilities of it.
package struct LoweredOutput: Hashable, Sendable {
  package let name: String
  package var value: Int
  package let meaning: OutputMeaning
  package let head: QuantizedModel.Head
  /// Of classes, labels or numbers; or none.
  package let names: [String]
}

/// A float network of layers that the file has.
package struct LoweredNetwork: Sendable {
  package var input: ImageShape
  package var layers: [LoweredLayer]
  /// In the order of the model.
  package var outputs: [LoweredOutput] = []
  package var pictureForm = PictureForm.digits
  /// For each value of the float network the one that holds it here, or what was fused with it; nil where nothing does.
  package var values: [Int?] = []
  /// What pixels from 0 to 1 become first; nil where they go in as they are, and for features.
  package var pixelScaling: PixelScaling?

  /// The shape of every value: the input's, then each layer's output.
  package var shapes: [ImageShape] { [input] + layers.map(\.output) }

  /// The layers that read each value.
  var readers: [[Int]] {
    var readers = [[Int]](repeating: [], count: layers.count + 1)
    for (index, layer) in layers.enumerated() {
      for value in Set(layer.inputs) { readers[value].append(index) }
    }
    return readers
  }

  /// Whether the network gives a value.
  func gives(_ value: Int) -> Bool { outputs.contains { $0.value == value } }

  /// The layer whose range a layer's values take: where only a concatenation reads them, that of its own, so that
  /// they are copied there and rounded once.
  func rangeSource(_ index: Int) -> Int {
    var source = index
    let readers = readers
    while !gives(source + 1), readers[source + 1].count == 1 {
      let reader = readers[source + 1][0]
      guard layers[reader].kind.fileKind == .concatenation, layers[reader].activation == .linear else {
        break
      }
      source = reader
    }
    return source
  }

  /// Whether a layer's values may have 16 bits: those of an output that no layer reads.
  func canBeWide(_ index: Int) -> Bool {
    gives(index + 1) && readers[index + 1].isEmpty && layers[index].kind.fileKind.traits.contains(.wideOutput)
  }
}

extension LoweredNetwork {
  /// Joins layers with the one before them wherever nothing else reads what lies between.
  mutating func fuse() {
    // A join may make the next one possible, so start over after each.
    var readers = readers
    while let index = layers.indices.first(where: { joinWithPrevious($0, readers) }) {
      remove(index)
      readers = self.readers
    }
  }

  /// Moves what layer `index` does into the layer whose output it reads, if that is possible.
  private mutating func joinWithPrevious(_ index: Int, _ readers: [[Int]]) -> Bool {
    let inputs = layers[index].inputs
    // A value that the network gives must stay.
    guard inputs.count == 1, inputs[0] > 0, readers[inputs[0]].count == 1, !gives(inputs[0]) else {
      return false
    }
    let layer = layers[index]
    return layer.kind.join(layer, to: &layers[layer.inputs[0] - 1])
  }

  /// Takes out a layer whose work the one that it reads does now.
  mutating func remove(_ index: Int) {
    let source = layers[index].inputs[0]
    layers.remove(at: index)
    func renumbered(_ value: Int) -> Int {
      value == index + 1 ? source : value > index + 1 ? value - 1 : value
    }
    for reader in layers.indices { layers[reader].inputs = layers[reader].inputs.map(renumbered) }
    for output in outputs.indices { outputs[output].value = renumbered(outputs[output].value) }
    values = values.map { $0.map(renumbered) }
  }
}
