import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// How a kind of a float network's layers becomes layers that the file has.
///
/// Each kind's file in this folder has all that quantization knows of it. To add one, write its file and add it to
/// `FloatLayerKind.lowering`, the one switch over kinds in this module.
protocol LayerLowering: LayerSpecification {
  /// Appends what computes the layer, but for its activation, and gives the value that holds the result.
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int

  /// Appends the layer of a full-integer .tflite file's node, with the file's own integers and scales, and gives the
  /// tensor that it writes.
  ///
  /// - Parameter inputs: the tensors that it reads.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int
}

/// A kind that the file has: what it computes with floats, and which integers do the same.
package protocol LoweredKind: LayerSpecification {
  /// What the file calls it.
  var fileKind: Octet.LayerKind { get }

  /// The window that moves over the input, if one does.
  var movedWindow: Window? { get }

  /// The float layer that does the layer's sums, without bias and activation, and the shape in which it takes the
  /// input; nil for a kind that needs none.
  func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)?

  /// What such a kind makes of its inputs for `count` items.
  func combine(_ inputs: [[Float]], _ layer: LoweredLayer, count: Int) -> [Float]

  /// Whether `function` can follow in the same layer of the file, where none does yet.
  func takes(_ function: Activation) -> Bool

  /// Lets the layer that `layer` reads, and nobody else does, do the work of `layer` as well, if it can.
  func join(_ layer: LoweredLayer, to previous: inout LoweredLayer) -> Bool

  /// Whether the layer, with its weights as factors and its bias as summands, only scales and shifts each channel.
  var scalesChannels: Bool { get }

  /// Whether a channel comes out `k` times as large where it goes in so, for every `k` above 0 and without a change of
  /// the other channels; of a kind with weights it does not count.
  var handsFactorsOn: Bool { get }

  /// How many different inputs an output's weights meet in turn, if it is worth knowing which of them are large.
  func inputsOfWeights(_ layer: LoweredLayer) -> Int?

  /// Chooses the layer's integers.
  ///
  /// - Parameter weightScales: one for each output of a kind with weights.
  func quantize(_ site: LayerQuantizer, weightScales: [Double]) throws(QuantizationError) -> IntegerLayer

  /// What the integers make of a batch.
  ///
  /// - Parameter inputs: integers less their zero point.
  func run(
    _ integers: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result
}

extension LoweredKind {
  package var movedWindow: Window? { nil }
  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? { nil }
  package func combine(_ inputs: [[Float]], _ layer: LoweredLayer, count: Int) -> [Float] { inputs[0] }
  package func takes(_ function: Activation) -> Bool { false }
  package func join(_ layer: LoweredLayer, to previous: inout LoweredLayer) -> Bool { false }
  package var scalesChannels: Bool { false }
  package var handsFactorsOn: Bool { false }
  package func inputsOfWeights(_ layer: LoweredLayer) -> Int? { nil }
}

extension FloatLayerKind {
  var lowering: any LayerLowering {
    switch self {
    case .dense(let kind): kind
    case .convolution(let kind): kind
    case .depthwiseConvolution(let kind): kind
    case .maxPooling(let kind): kind
    case .averagePooling(let kind): kind
    case .globalAveragePooling(let kind): kind
    case .batchNormalization(let kind): kind
    case .add(let kind): kind
    case .maximum(let kind): kind
    case .subtract(let kind): kind
    case .multiply(let kind): kind
    case .minimum(let kind): kind
    case .squaredDifference(let kind): kind
    case .concatenate(let kind): kind
    case .arrange(let kind): kind
    case .resize(let kind): kind
    case .flatten(let kind): kind
    case .dropout(let kind): kind
    case .activation(let kind): kind
    }
  }
}
