import Octet
import OctetNetwork

/// Computes channels that reach far apart from the others, so that each part of a value has integers of its own.
///
/// A layer becomes two, one for each part of its channels, and so do the layers behind it that keep channels apart:
/// depthwise ones, pools, functions. Before the next layer that mixes channels both parts are brought to the same
/// range: the last function of the farther part gives a share of what it gave, a table like any other, and the weights
/// that meet these channels are larger by as much. So the channels come together without another rounding. Unlike a
/// change of the channels' size, that holds for every function between, and takes as many multiplications.
package struct ChannelPartition: Hashable, Sendable {
  /// The layer that makes the channels.
  package let layer: Int
  /// For each channel whether it belongs to the second part.
  package let isFar: [Bool]
  /// How many times as far as the others they reach where they are mixed.
  package let factor: Double

  package var farChannels: Int { isFar.count { $0 } }

  /// The partitions that a layer's channels allow: those that leave the nearer part a half, a quarter and an eighth of
  /// the range.
  ///
  /// - Parameter index: the layer, or one behind it that keeps its channels apart.
  package static func possible(
    _ index: Int, in network: LoweredNetwork, _ ranges: ChannelRanges
  ) -> [ChannelPartition] {
    var index = index
    while network.layers[index].keepsChannels, network.layers[index].inputs[0] > 0 {
      index = network.layers[index].inputs[0] - 1
    }
    guard let chain = ChannelChain(from: index, in: network) else { return [] }
    let channels = network.layers[index].output.channels
    let sizes = chain.layers.map { layer in (0..<channels).map { ranges.magnitude(layer + 1, $0) } }
    // The largest share of its value's range that a channel takes.
    let reach = (0..<channels).map { channel in
      sizes.map { own in own[channel] / max(own.max() ?? 0, 1e-30) }.max() ?? 0
    }
    var all: [ChannelPartition] = []
    for share in [0.5, 0.25, 0.125] {
      let isFar = reach.map { $0 > share }
      let count = isFar.count { $0 }
      guard count > 0, count <= channels / 2, all.last?.isFar != isFar else { continue }
      let ends = sizes[sizes.count - 1]
      func largest(_ isWanted: Bool) -> Double {
        ends.indices.filter { isFar[$0] == isWanted }.map { ends[$0] }.max() ?? 0
      }
      guard largest(true) > 0, largest(false) > 0 else { continue }
      all.append(ChannelPartition(layer: index, isFar: isFar, factor: largest(true) / largest(false)))
    }
    return all
  }

  /// - Returns: the network, and for each old layer the new ones: one, or one for each part.
  package func applied(to network: LoweredNetwork) -> (network: LoweredNetwork, places: [[Int]]) {
    guard let chain = ChannelChain(from: layer, in: network) else {
      return (network, network.layers.indices.map { [$0] })
    }
    let parts = [isFar.indices.filter { !isFar[$0] }, isFar.indices.filter { isFar[$0] }]
    let end = chain.layers[chain.layers.count - 1]
    var made = network
    made.layers = []
    // For each old value the new ones, and the one in which both parts have come together.
    var values = [[0]]
    var together = 0
    for (index, old) in network.layers.enumerated() {
      if chain.layers.contains(index) {
        var own: [Int] = []
        for part in parts.indices {
          var new = old.making(parts[part], part: part)
          if index == layer {
            new.inputs = old.inputs.map { values[$0][0] }
          } else {
            new.read(channels: parts[part].count)
            new.inputs = old.inputs.map { values[$0][part] }
          }
          if part == 1, index == chain.scaled { new.divideOutput(by: factor) }
          made.layers.append(new)
          own.append(made.layers.count)
        }
        values.append(own)
        if index == end {
          let shape = old.output
          let input = ImageShape(height: shape.height, width: shape.width, channels: parts[0].count)
          made.layers.append(
            LoweredLayer(
              name: "\(old.name), together", kind: Concatenate(.channels), inputs: own, input: input,
              output: shape))
          together = made.layers.count
        }
      } else {
        var new = old
        new.inputs = old.inputs.map { $0 == end + 1 ? together : values[$0][0] }
        if old.inputs.contains(end + 1) { new.meet(order: parts[0] + parts[1], far: parts[1].count, factor) }
        made.layers.append(new)
        values.append([made.layers.count])
      }
    }
    for place in made.outputs.indices { made.outputs[place].value = values[made.outputs[place].value][0] }
    made.values = network.values.map { value in
      guard let value, values[value].count == 1 else { return nil }
      return values[value][0]
    }
    return (made, values.dropFirst().map { $0.map { $0 - 1 } })
  }
}

/// A layer and those behind it that keep its channels apart, up to the layers that mix them.
private struct ChannelChain {
  /// Each but the first reads the one before it, and nothing else does.
  private(set) var layers: [Int]
  /// The last of them whose weights or function can make its output smaller.
  private(set) var scaled: Int

  /// Nil where the first layer mixes no channels itself, or something else reads one of the values.
  init?(from first: Int, in network: LoweredNetwork) {
    guard network.layers[first].isWeighted, !network.layers[first].isChannelwise else { return nil }
    layers = [first]
    scaled = first
    let readers = network.readers
    while true {
      let value = layers[layers.count - 1] + 1
      guard !network.gives(value), let next = readers[value].first else { return nil }
      if readers[value].allSatisfy({ network.layers[$0].isWeighted && !network.layers[$0].isChannelwise }) {
        return
      }
      let layer = network.layers[next]
      guard readers[value].count == 1, layer.keepsChannels else { return nil }
      layers.append(next)
      if layer.isWeighted || layer.kind is ActivationOnly {
        scaled = next
      } else if layer.activation.factors != .kept(high: nil) {
        // A pool that cuts values off does so where they were.
        return nil
      }
    }
  }
}

extension LoweredLayer {
  /// Whether each channel of the output is made of the same channel of the only input.
  fileprivate var keepsChannels: Bool {
    guard inputs.count == 1, input.channels == output.channels else { return false }
    return isChannelwise || kind is ActivationOnly || kind is Resize || kind.isPool
  }

  /// The same for some of the output's channels.
  fileprivate func making(_ channels: [Int], part: Int) -> LoweredLayer {
    var made = LoweredLayer(
      name: part == 0 ? name : "\(name), far channels", kind: kind, inputs: inputs, input: input,
      output: unpooledOutput, activation: activation, weights: weights, bias: bias)
    (made.output, made.pool, made.bits, made.encoding) = (output, pool, bits, encoding)
    let outputs = output.channels
    if isWeighted {
      made.weights = stride(from: 0, to: weights.count, by: outputs).flatMap { start in
        channels.map { weights[start + $0] }
      }
      made.bias = channels.map { bias[$0] }
    }
    made.setChannels(channels.count)
    switch kind {
    case let kind as Convolution:
      made.kind = Convolution(filters: channels.count, window: kind.window, hasBias: true)
    case is Dense: made.kind = Dense(units: channels.count)
    default: break
    }
    return made
  }

  /// Says how many channels come in; the weights do not change.
  fileprivate mutating func read(channels: Int) {
    input = ImageShape(height: input.height, width: input.width, channels: channels)
  }

  /// Gives a share of what it gave.
  fileprivate mutating func divideOutput(by factor: Double) {
    let passage = activation.factors
    if isWeighted, passage != .changed {
      for index in weights.indices { weights[index] = Float(Double(weights[index]) / factor) }
      for index in bias.indices { bias[index] = Float(Double(bias[index]) / factor) }
      guard case .kept(let high?) = passage, let ends = activation.clampedEnds else { return }
      // From 0, or without an end below.
      let cut = ValueFunction.smaller(.argument, .number(high / factor))
      activation = .function(ends.low == 0 ? .clip(0, high / factor) : cut)
    } else {
      activation = .function(activation.expression * .number(1 / factor))
    }
  }

  /// Reads the channels in another order, the last ones with weights that are larger.
  fileprivate mutating func meet(order: [Int], far: Int, _ factor: Double) {
    let outputs = output.channels
    var made: [Float] = []
    made.reserveCapacity(weights.count)
    for cell in stride(from: 0, to: weights.count, by: order.count * outputs) {
      for (place, channel) in order.enumerated() {
        let own = weights[cell + channel * outputs..<cell + (channel + 1) * outputs]
        made += place < order.count - far ? Array(own) : own.map { Float(Double($0) * factor) }
      }
    }
    weights = made
  }
}

extension Activation {
  /// The function of one value that it is.
  fileprivate var expression: ValueFunction {
    switch self {
    case .linear, .softmax: .argument
    case .relu: .larger(.argument, .number(0))
    case .sigmoid: .call(.sigmoid, .argument)
    case .tanh: .call(.tanh, .argument)
    case .function(let function): function
    }
  }
}
