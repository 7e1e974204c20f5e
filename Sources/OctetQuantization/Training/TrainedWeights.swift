import Octet
import OctetFloatKernels
import OctetHost
import OctetNetwork
import OctetTraining

/// What is learned of one layer with weights, and the integers that follow from it.
final class TrainedWeights {
  /// As trained: `weightsPerOutput x outputs`, the outputs side by side.
  private let weight: Parameter
  private let bias: Parameter
  /// The logarithm of the step of each output's weights.
  private let step: Parameter
  /// The float layer's own, which hold integers, and zeros as biases.
  private let integerWeight: Parameter
  private let integerBias: Parameter
  private let layer: LoweredLayer
  private let site: LayerQuantizer
  private var found: IntegerLayer
  /// The largest size of an input less its zero point.
  private let reach: Int
  private let capacity: Int
  /// The shape in which the float layer gives its sums.
  private let sumsShape: ImageShape

  /// For the file's requantization, as vector instructions take it: each output's bias, then the multipliers, and so
  /// on in the order of `octet_requantization`.
  private var requantization: [Int32] = []
  /// Whether a shift is below 33.
  private var isCoarse = false

  /// Steps that no longer change: those of the last quarter of the epochs.
  private var keptSteps: [Float]?

  /// Of each output's weights.
  private(set) var scales: [Float] = []
  /// Whether a float might not hold a sum, so that the weights' higher and lower digits are summed apart.
  private(set) var isSplit = false
  private var high: Tensor?
  private var highWeight: [Float] = []

  private var outputs: Int { step.count }
  private var perOutput: Int { weight.count / outputs }

  var parameters: [Parameter] { [weight, bias, step] }

  /// - Parameters:
  ///   - integers: to start from.
  ///   - name: of what is learned.
  ///   - own: weight and bias of the float layer.
  init(
    _ layer: LoweredLayer, _ integers: IntegerLayer, input: IntegerLayer.Encoding, reach: Int, name: String,
    own: [Parameter], capacity: Int
  ) {
    self.layer = layer
    self.reach = reach
    self.capacity = capacity
    sumsShape = layer.unpooledOutput
    found = integers
    site = LayerQuantizer(
      layer: layer, inputs: [input], outputRange: ValueRange(-1, 1), sumsRange: ValueRange(-1, 1),
      isWide: false)
    (integerWeight, integerBias) = (own[0], own[1])
    var random = RandomStream(seed: 0, purpose: .weights, 0)
    func make(_ what: String, _ values: [Float], shape: [Int]? = nil) -> Parameter {
      let made = Parameter(
        layer: name, ParameterDescription(what, shape ?? [values.count], start: .constant(0)), random: &random
      )
      made.array = values
      return made
    }
    weight = make("weight", layer.weights, shape: integerWeight.shape)
    bias = make("bias", WeightedQuantization(site).realBias(integers).map { Float($0) })
    step = make("step", integers.weightScales.map { Float(logarithm($0)) })
  }

  /// From now on the steps stay as they are.
  func keepSteps() { if keptSteps == nil { keptSteps = step.array } }

  /// Undoes what a step of training has done to steps that stay.
  func restoreSteps() {
    if let keptSteps { step.array = keptSteps }
  }

  /// Works out the integers.
  func derive() {
    let quantization = WeightedQuantization(site)
    let inputScale = Double(site.inputs[0].scale)
    found.weightScales = (0..<outputs).map { channel in
      quantization.usableScale(
        exponential(Double(step.values[channel])), bias: bias.values[channel], sums: found.sums)
    }
    scales = found.weightScales.map { Float($0) }
    found.layer.scalings = found.weightScales.map {
      FixedPointScaling(clamping: inputScale * $0 / Double(found.sums.scale))
    }
    let inverses = found.weightScales.map { Float(1 / $0) }
    octet_round_weights(
      integerWeight.values, weight.values, perOutput, outputs, inverses, Float(layer.encoding.largest))
    var sums = [Float](repeating: 0, count: outputs)
    // Exact: a float holds the sum of 131,071 weights of 127, the most there can be.
    octet_add_rows(&sums, integerWeight.values, perOutput, outputs, outputs)
    let zeroPoint = site.inputs[0].zeroPoint
    quantization.setBias(
      &found, (0..<outputs).map { Double(bias.values[$0]) }, terms: sums.map { Int($0) * zeroPoint })
    let scalings = found.layer.scalings
    let raises = scalings.map { max(Int32(Limit.coarseShift) - Int32($0.shift), 0) }
    let shifts = zip(scalings, raises).map { Int32($0.shift) + $1 - 32 }
    isCoarse = raises.contains { $0 > 0 }
    // Inputs come less their zero point, so its term is no part of the bias here.
    requantization = zip(found.layer.bias, sums).map { $0 &+ Int32($1) &* Int32(zeroPoint) }
    requantization += scalings.map(\.multiplier)
    requantization += shifts
    requantization += shifts.map { 1 << ($0 - 1) }
    requantization += raises
    requantization += raises.map { $0 > 0 ? 1 << 20 : .max }
    split()
  }

  /// Takes weights apart where sums could leave what a float holds exactly.
  private func split() {
    var sizes = [Float](repeating: 0, count: outputs)
    octet_add_sizes(&sizes, integerWeight.values, perOutput, outputs)
    isSplit = (sizes.max() ?? 0) * Float(reach) >= 0x1p24
    guard isSplit else { return }
    if high == nil {
      high = Tensor(shape: sumsShape, capacity: capacity)
      highWeight = [Float](repeating: 0, count: integerWeight.count)
    }
  }

  /// Lets the float layer do its sums.
  func sum(into output: Tensor, forward: (Tensor) -> Void) {
    guard isSplit, let high else { return forward(output) }
    let whole = integerWeight.array
    octet_split_weights(&highWeight, integerWeight.values, integerWeight.count)
    forward(output)
    integerWeight.array = highWeight
    forward(high)
    // The way back needs them whole.
    integerWeight.array = whole
  }

  /// Sums become integers of the output less its zero point.
  func requantize(_ output: Tensor, count: Int, workers: Workers) {
    let zeroPoint = found.output.zeroPoint
    let clamp = found.layer.clamp ?? found.output.lowest...found.output.highest
    requantization.withUnsafeBufferPointer { constants in
      guard let bias = constants.baseAddress else { return }
      nonisolated(unsafe) let how = octet_requantization(
        bias: bias, multipliers: bias + outputs, shifts: bias + 2 * outputs, halves: bias + 3 * outputs,
        raises: isCoarse ? bias + 4 * outputs : nil, reaches: isCoarse ? bias + 5 * outputs : nil,
        low: Int32(clamp.lowerBound - zeroPoint), high: Int32(clamp.upperBound - zeroPoint))
      let rows = output.shape.count / outputs
      workers.forEach(count) { image, _ in
        withUnsafePointer(to: how) { how in
          if isSplit, let high {
            octet_requantize_split_sums(output.image(image), high.image(image), rows, outputs, how)
          } else {
            octet_requantize_sums(output.image(image), rows, outputs, how)
          }
        }
      }
    }
  }

  /// From the gradients of the float layer's integers those of what is learned.
  func gather() {
    let inputScale = site.inputs[0].scale
    let inverses = found.weightScales.map { Float(1 / $0) }
    // A gradient by an integer came from one times its step.
    octet_weight_gradients(
      weight.gradient, step.gradient, integerWeight.gradient, weight.values, integerWeight.values, perOutput,
      outputs,
      inverses, inverses.map { inputScale * $0 }, Float(layer.encoding.largest))
    for channel in 0..<outputs { bias.gradient[channel] = integerBias.gradient[channel] * inverses[channel] }
  }

  /// The layer with its integers as they are now.
  var integers: IntegerLayer {
    var made = found
    let keepsOrder = layer.kind.fileKind.traits.contains(.channelwise)
    let (perOutput, outputs) = (perOutput, outputs)
    made.layer.weights = [Int8](unsafeUninitializedCapacity: weight.count) { result, count in
      for place in 0..<perOutput {
        for output in 0..<outputs {
          let index = place * outputs + output
          result[keepsOrder ? index : output * perOutput + place] = Int8(integerWeight.values[index])
        }
      }
      count = weight.count
    }
    return made
  }
}
