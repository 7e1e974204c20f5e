import Octet
import OctetFloatKernels
import OctetHost
import OctetNetwork
import OctetTraining

/// The arithmetic of the file that a network will become, carried in floats: each value is an integer less its zero
/// point, each sum is that of the runtime, and each output is requantized as docs/NUMERICS.md has it.
///
/// Learned are each layer's weights, biases and, for each output, the logarithm of the step of its weights: a step
/// itself could turn negative. The scales of values stay as calibration chose them. Gradients pass rounding unchanged
/// and end where a clamp cuts values off.
final class IntegerArithmetic: NetworkArithmetic {
  let form: TrainedForm
  let start: QuantizedNetwork
  private let network: Network
  private let workers: Workers
  private(set) var parameters: [Parameter] = []
  /// For each lowered layer that has weights.
  private var weighted: [Int: TrainedWeights] = [:]
  /// For kinds without a float layer of their own, and with tables.
  private var executors: [Int: LayerExecutor] = [:]
  /// What goes into the tables behind layers, by lowered layer.
  private var arguments: [Int: Tensor] = [:]
  private let input: InputIntegers

  init(_ start: QuantizedNetwork, _ form: TrainedForm, network: Network, workers: Workers)
    throws(QuantizationError)
  {
    self.start = start
    self.form = form
    self.network = network
    self.workers = workers
    input = InputIntegers(start)
    for (index, layer) in start.network.layers.enumerated() {
      if layer.isWeighted {
        let place = form.places[index]
        let own = network.parameters.filter { $0.name.hasPrefix("\(place.name).") }
        precondition(own.count == 2, "a weight and a bias")
        let made = TrainedWeights(
          layer, start.integers[index], input: start.encodings[layer.inputs[0]],
          reach: start.reach(layer.inputs[0]), name: place.name, own: own, capacity: network.capacity)
        weighted[index] = made
        parameters += made.parameters
      } else if layer.kind.sums(layer) == nil, layer.kind.fileKind != .table {
        executors[index] = try LayerExecutor(layer, capacity: network.capacity, workers: workers)
      }
      if !start.integers[index].layer.table.isEmpty {
        arguments[index] = Tensor(shape: layer.output, capacity: network.capacity)
      }
    }
  }

  /// The network with its integers as they are now.
  var quantized: QuantizedNetwork {
    for own in weighted.values { own.derive() }
    var made = start
    made.integers = start.integers.indices.map { weighted[$0]?.integers ?? start.integers[$0] }
    return made
  }

  /// In the last quarter of the epochs weights settle on steps that no longer move.
  func startEpoch(_ done: Int, of epochs: Int) {
    guard 4 * done >= 3 * epochs else { return }
    for own in weighted.values { own.keepSteps() }
  }

  func begin(_ tensor: Tensor, count: Int) {
    for own in weighted.values { own.derive() }
    input.bring(tensor, count: count, workers: workers)
  }

  func run(layer: Int, inputs: [Tensor], output: Tensor, count: Int, forward: (Tensor) -> Void) {
    // A convolution in front of its pool computes sums, which the pool then takes the largest of.
    if let sums = form.sums[layer], let own = weighted[sums] {
      own.sum(into: output, forward: forward)
      // The parts must be joined before a pool takes the largest; requantizing keeps the order.
      if own.isSplit { own.requantize(output, count: count, workers: workers) }
    } else {
      forward(output)
    }
    guard let index = form.ends[layer] else { return }
    finish(index, inputs: inputs, output, count: count)
    guard let step = form.outputSteps[layer] else { return }
    // What the values of an output stand for, which the loss takes.
    octet_scale(output.base, step, count * output.shape.count)
  }

  /// Sums become integers of the output.
  private func finish(_ index: Int, inputs: [Tensor], _ output: Tensor, count: Int) {
    let lowered = start.network.layers[index]
    let integers = start.integers[index]
    if let own = weighted[index] {
      if !own.isSplit { own.requantize(output, count: count, workers: workers) }
    } else if integers.layer.kind.traits.contains(.means) {
      MeanPlaces(lowered, integers).requantize(output, integers, count: count, workers: workers)
    } else if integers.layer.kind.traits.contains(.lookup) {
      // What goes in, less the output's zero point.
      let shift = Float(integers.sums.zeroPoint - integers.output.zeroPoint)
      for place in 0..<count * output.shape.count { output.base[place] += shift }
    } else if let executor = executors[index] {
      let execution = IntegerExecution(
        layer: lowered, integers: integers, inputs: lowered.inputs.map { start.encodings[$0] })
      let result = execution.run(executor, inputs.map { $0.values(count) }, count: count)
      output.fill(result.output)
      return
    }
    guard let room = arguments[index] else { return }
    room.base.update(from: output.base, count: count * output.shape.count)
    let (table, zero) = (integers.layer.table, integers.output.zeroPoint)
    for place in 0..<count * output.shape.count {
      // Sums come less the output's zero point, as all values do.
      output.base[place] = Float(Int(table[Int(room.base[place]) + zero + 128]) - zero)
    }
  }

  func turnBack(layer: Int, output: Tensor, gradient: Tensor, count: Int) {
    guard let index = form.ends[layer] else { return }
    let lowered = start.network.layers[index]
    let integers = start.integers[index]
    let values = count * gradient.shape.count
    if let room = arguments[index] {
      multiplySlope(integers, room, gradient, values)
    }
    let factors = weighted[index]?.scales ?? [Float](repeating: 1, count: lowered.output.channels)
    let ends = Self.ends(integers, isOutput: form.outputSteps[layer] != nil)
    let channels = lowered.output.channels
    let source = arguments[index] ?? output
    factors.withUnsafeBufferPointer { factors in
      guard let factors = factors.baseAddress else { return }
      nonisolated(unsafe) let own = factors
      workers.forEach(count) { image, _ in
        octet_limit_gradient(
          gradient.image(image), source.image(image), gradient.shape.count / channels, channels, own,
          ends.low,
          ends.high)
      }
    }
  }

  /// Where gradients end: at the ends of the clamp, less the zero point. Outputs of the network have room beyond what
  /// calibration saw and are not looked at.
  private static func ends(_ integers: IntegerLayer, isOutput: Bool) -> (low: Float, high: Float) {
    guard let clamp = integers.layer.clamp, !isOutput else { return (-.infinity, .infinity) }
    return (
      Float(clamp.lowerBound - integers.output.zeroPoint), Float(clamp.upperBound - integers.output.zeroPoint)
    )
  }

  /// The slope of a table between the entries beside each argument, in steps of what goes in and comes out.
  private func multiplySlope(_ integers: IntegerLayer, _ arguments: Tensor, _ gradient: Tensor, _ count: Int)
  {
    let (table, zero) = (integers.layer.table, integers.output.zeroPoint)
    let ratio = integers.output.scale / integers.sums.scale
    let slopes = (0..<256).map { place -> Float in
      let (low, high) = (max(place - 2, 0), min(place + 2, 255))
      return Float(Int(table[high]) - Int(table[low])) / Float(high - low) * ratio
    }
    for place in 0..<count { gradient.base[place] *= slopes[Int(arguments.base[place]) + zero + 128] }
  }

  func endStep() { for own in weighted.values { own.restoreSteps() } }

  func end() { for own in weighted.values { own.gather() } }
}

extension QuantizedNetwork {
  /// The largest size of a value less its zero point: what a layer's clamp or the input's range leaves.
  fileprivate func reach(_ value: Int) -> Int {
    let encoding = encodings[value]
    var range = encoding.lowest...encoding.highest
    if value > 0, integers[value - 1].layer.table.isEmpty, let clamp = integers[value - 1].layer.clamp {
      range = clamp
    }
    return max(abs(range.lowerBound - encoding.zeroPoint), abs(range.upperBound - encoding.zeroPoint))
  }
}

extension Tensor {
  /// Sets the values of the first items.
  func fill(_ values: [Float]) {
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: source.count) }
    }
  }
}
