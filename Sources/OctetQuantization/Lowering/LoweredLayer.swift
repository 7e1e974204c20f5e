import Octet
import OctetNetwork

/// A layer of the network as it will be quantized, with float weights: a kind that the file knows, and what is fused
/// into it.
package struct LoweredLayer: Sendable {
  package enum Kind: Hashable, Sendable {
    case dense
    case convolution(Window)
    /// As many outputs per channel as `output.channels / input.channels`.
    case depthwiseConvolution(Window)
    case maximumPooling(Window)
    case averagePooling(Window)
    case globalAveragePooling
    case add
    /// Nothing but the activation.
    case activation
  }

  package let name: String
  package var kind: Kind
  /// Value 0 is the network's input, value `i` the output of layer `i - 1`.
  package var inputs: [Int]
  package var input: ImageShape
  /// After the pool.
  package var output: ImageShape
  /// Before the pool.
  package let unpooledOutput: ImageShape
  /// What follows; softmax never does, it belongs to the head.
  package var activation = Activation.linear
  /// The maximum taken after the convolution; 1x1 without.
  package var pool = Extent.one
  /// `weightsPerOutput x outputs`, the outputs side by side; the order in which they were trained.
  package var weights: [Float]
  /// One per output; empty where there are no weights.
  package var bias: [Float]

  init(
    name: String, kind: Kind, inputs: [Int], input: ImageShape, output: ImageShape,
    activation: Activation = .linear,
    weights: [Float] = [], bias: [Float] = []
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

extension LoweredLayer {
  package var isWeighted: Bool {
    switch kind {
    case .dense, .convolution, .depthwiseConvolution: true
    default: false
    }
  }

  package var window: Window? {
    switch kind {
    case .convolution(let window), .depthwiseConvolution(let window), .maximumPooling(let window),
      .averagePooling(let window):
      window
    default: nil
    }
  }

  package var weightsPerOutput: Int { isWeighted ? weights.count / output.channels : 0 }

  /// Whether the activation is a table in the file rather than a clamp.
  package var needsTable: Bool { kind == .activation || activation == .sigmoid || activation == .tanh }
}

/// A float network of layers that the file knows.
package struct LoweredNetwork: Sendable {
  package var input: ImageShape
  package var layers: [LoweredLayer]
  package var head: QuantizedModel.Head
  package var classNames: [String]
  package var pictureForm = PictureForm.digits

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
}
