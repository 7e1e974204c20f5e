import Octet
import OctetNetwork

/// Gives a value finer integers than eight bits allow: channels that reach far are made twice or more often, each copy
/// holding a part of the range.
///
/// After ReLU, `x = min(x, h) + min(max(x - h, 0), h) + ...` up to the largest `x`. Each part is the channel with
/// another bias, cut off at `h` by the clamp that the layer has anyway, and is read with the same weights. So all
/// channels need integers for a range of `h` only. It is what a wider integer would give, on every target, for the
/// multiply-adds of the added channels. (Zhao et al., "Improving Neural Network Quantization without Retraining using
/// Outlier Channel Splitting" (2019), halve a channel instead, which rounds twice where the parts here are exact.)
package struct ValueSplit: Hashable, Sendable {
  /// The layer that makes the value.
  package let layer: Int
  /// Where each part ends.
  package let height: Float
  /// For each channel how many parts it gets.
  package let parts: [Int]

  package var addedChannels: Int { parts.reduce(0, +) - parts.count }

  /// More parts of one channel, or more channels, do not pay.
  private static let mostParts = 16

  /// The splits that a layer's value allows: one that costs few channels, and one that halves the range.
  package static func possible(
    _ index: Int, in network: LoweredNetwork, _ ranges: ChannelRanges
  ) -> [ValueSplit] {
    guard network.canSplit(index) else { return [] }
    let channels = network.layers[index].output.channels
    let ceiling = network.layers[index].activation.clampedEnds?.high ?? .infinity
    let tops = (0..<channels).map { min(max(Double(ranges.largest[index + 1][$0]), 0), ceiling) }
    guard let top = tops.max(), top > 0 else { return [] }
    let all = (1...4).map { halvings in
      let height = top / Double(1 << halvings)
      return ValueSplit(
        layer: index, height: Float(height),
        parts: tops.map { max(Int(($0 / height * (1 - 1e-6)).rounded(.up)), 1) })
    }.filter { split in
      split.addedChannels > 0 && split.parts.allSatisfy { $0 <= mostParts }
        && channels + split.addedChannels <= Int(UInt16.max)
    }
    let few = all.last { $0.addedChannels <= max(channels / 8, 1) }
    let half = all.first { $0.addedChannels <= channels }
    return few == half ? [few].compactMap(\.self) : [few, half].compactMap(\.self)
  }

  package func applied(to network: LoweredNetwork) -> LoweredNetwork {
    var network = network
    // Each new channel's old one.
    let sources = parts.indices.flatMap { channel in [Int](repeating: channel, count: parts[channel]) }
    network.layers[layer].makeParts(sources: sources, height: height)
    var changed = [layer + 1]
    while let value = changed.popLast() {
      let shape = network.layers[value - 1].output
      for index in network.readers[value] {
        if network.layers[index].isWeighted {
          network.layers[index].read(shape, sources: sources)
        } else {
          network.layers[index].hand(shape)
          changed.append(index + 1)
        }
      }
    }
    return network
  }
}

extension LoweredNetwork {
  /// Whether the layer has weights for each of its channels, ends like ReLU, and all that reads it can read parts.
  fileprivate func canSplit(_ index: Int) -> Bool {
    let layer = layers[index]
    guard layer.isWeighted, !layer.isChannelwise, let ends = layer.activation.clampedEnds, ends.low == 0
    else {
      return false
    }
    var values = [index + 1]
    while let value = values.popLast() {
      guard !gives(value), !readers[value].isEmpty else { return false }
      for reader in readers[value] {
        let other = layers[reader]
        if other.isWeighted {
          guard !other.isChannelwise else { return false }
        } else {
          // Of parts a maximum is the part of the maximum, and a mean the part of the mean.
          guard other.kind.isPool, other.activation == .linear else { return false }
          values.append(reader + 1)
        }
      }
    }
    return true
  }
}

extension LoweredKind {
  var isPool: Bool { self is MaxPooling || self is AveragePooling || self is GlobalAveragePooling }
}

extension LoweredLayer {
  /// Makes each channel's parts instead of the channel.
  fileprivate mutating func makeParts(sources: [Int], height: Float) {
    let outputs = output.channels
    weights = stride(from: 0, to: weights.count, by: outputs).flatMap { start in
      sources.map { weights[start + $0] }
    }
    var part = 0
    bias = sources.indices.map { place in
      part = place > 0 && sources[place] == sources[place - 1] ? part + 1 : 0
      return bias[sources[place]] - Float(part) * height
    }
    activation = .function(.clip(0, Double(height)))
    setChannels(sources.count)
    switch kind {
    case let kind as Convolution:
      self.kind = Convolution(filters: sources.count, window: kind.window, hasBias: true)
    default: kind = Dense(units: sources.count)
    }
  }

  /// Reads parts instead of channels, each with the channel's weights.
  fileprivate mutating func read(_ shape: ImageShape, sources: [Int]) {
    let outputs = output.channels
    let channels = input.channels
    var made: [Float] = []
    made.reserveCapacity(weights.count / channels * sources.count)
    for cell in stride(from: 0, to: weights.count, by: channels * outputs) {
      for source in sources {
        let start = cell + source * outputs
        made += weights[start..<start + outputs]
      }
    }
    weights = made
    input = shape
  }

  /// Passes another number of channels on.
  fileprivate mutating func hand(_ shape: ImageShape) {
    input = shape
    setChannels(shape.channels)
  }

  mutating func setChannels(_ count: Int) {
    output = ImageShape(height: output.height, width: output.width, channels: count)
    unpooledOutput = ImageShape(
      height: unpooledOutput.height, width: unpooledOutput.width, channels: count)
  }
}
