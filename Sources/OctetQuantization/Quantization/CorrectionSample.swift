import OctetData
import OctetHost
import OctetNetwork

/// Some of the calibration images as the float network and the integer layers so far see them.
final class CorrectionSample {
  private let network: LoweredNetwork
  private let executors: [LayerExecutor]
  private let float: FloatExecution.Values
  private var integerOutputs: [[Float]]
  private let count: Int

  /// Floats that are held at most; so many images are used as fit.
  private static let room = 48 << 20
  private static let mostImages = 512

  /// - Parameter encoding: what the integers of the network's input stand for.
  init(
    _ network: LoweredNetwork, images: LabeledItems, _ encoding: IntegerLayer.Encoding, workers: Workers
  ) throws(QuantizationError) {
    // Each layer's sums and outputs, in float and in integers.
    let perImage = network.shapes.reduce(0) { $0 + 3 * $1.count }
    count = min(images.count, Self.mostImages, max(Self.room / perImage, 1))
    let execution = try FloatExecution(network, capacity: count, workers: workers)
    let input = network.inputValues(images, 0..<count)
    self.network = network
    executors = execution.executors
    float = execution.run(input, count: count)
    integerOutputs = [encoding.steps(input)]
  }

  func floatInput(_ index: Int) -> [Float] { float.outputs[network.layers[index].inputs[0]] }

  /// For each output, how much the real sums lie above what the integers stand for, in the mean.
  func meanError(_ index: Int, _ integers: IntegerLayer, inputScale: Double) -> [Double] {
    let layer = network.layers[index]
    let sums = integerSums(index, integers)
    let channels = layer.output.channels
    var errors = [Double](repeating: 0, count: channels)
    var channel = 0
    let steps = integers.weightScales.map { $0 * inputScale }
    for (real, sum) in zip(float.sums[index], sums) {
      errors[channel] += Double(real) - Double(layer.bias[channel]) - Double(sum) * steps[channel]
      channel = channel + 1 == channels ? 0 : channel + 1
    }
    let share = 1 / Double(max(sums.count / channels, 1))
    return errors.map { $0 * share }
  }

  /// Runs the layer on the integers, for the layers that come next.
  ///
  /// - Parameter inputs: what the integers of its inputs stand for.
  func advance(_ index: Int, _ integers: IntegerLayer, inputs: [IntegerLayer.Encoding]) {
    let layer = network.layers[index]
    if layer.isWeighted { executors[index].use(weights: integers.trainedOrder) }
    let result = IntegerExecution(layer: layer, integers: integers, inputs: inputs).run(
      executors[index], layer.inputs.map { integerOutputs[$0] }, count: count)
    integerOutputs.append(result.output)
  }

  private func integerSums(_ index: Int, _ integers: IntegerLayer) -> [Float] {
    executors[index].use(weights: integers.trainedOrder)
    return executors[index].run(network.layers[index].inputs.map { integerOutputs[$0] }, count: count)
  }
}
