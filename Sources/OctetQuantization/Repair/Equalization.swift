import Octet
import OctetNetwork

/// Scales channels so that those of one value, or the weights that meet them, are of like size.
///
/// A value has one scale for all of its channels, so a channel whose numbers are a hundredth of another's is left with
/// two or three integers. Where the function between two layers keeps factors, as ReLU does, a channel can be made
/// larger in one layer and smaller again in the weights of the next: the network gives what it gave, and each channel
/// uses all of the integers. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction"
/// (2019), did this for weights, Xiao et al., "SmoothQuant" (2022), for weights and values.
package enum Equalization: String, CaseIterable, Sendable {
  /// All channels of a value get the same range. Depthwise layers take the factors without a loss, as each channel's
  /// weights have a scale of their own.
  case values
  /// Halfway, by powers, between ranges of values and ranges of the weights that meet them.
  case balanced
  /// The weights that make a channel and those that meet it get the same range: for one scale for a whole layer.
  case weights

  /// Factors between one channel and another are at most this: sums in 32 bits have room for no more.
  private static let largestFactor = 0x1p12
  /// Room above the largest value seen, below the end where a function cuts off.
  private static let headroom = 1.05
  /// Each group changes the weights that its neighbours look at.
  private static let passes = 10

  /// - Parameter ranges: of this network.
  /// - Returns: nil where no group of channels can be scaled, or scaling changes nothing.
  package func applied(to network: LoweredNetwork, _ ranges: ChannelRanges) -> LoweredNetwork? {
    var network = network
    var isChanged = false
    let groups = ChannelGroup.all(in: network)
    // Ranges of values are those of this network, which factors of earlier passes have changed.
    var scaled = groups.map { [Double](repeating: 1, count: network.shapes[$0.values[0]].channels) }
    for _ in 0..<(self == .values ? 1 : Self.passes) {
      for (index, group) in groups.enumerated() {
        let factors = factors(group, in: network, ranges, so: scaled[index])
        guard factors.contains(where: { $0 < 0.999 }) else { continue }
        isChanged = true
        network.divide(group, by: factors)
        for channel in factors.indices { scaled[index][channel] *= factors[channel] }
      }
    }
    return isChanged ? network : nil
  }

  /// What each channel is divided by, 1 at most.
  private func factors(
    _ group: ChannelGroup, in network: LoweredNetwork, _ ranges: ChannelRanges, so scaled: [Double]
  ) -> [Double] {
    let channels = scaled.count
    // Sizes where channels are made and where they are read: the factors shall make both alike, or the first all one.
    let made: [Double] =
      switch self {
      case .values, .balanced:
        (0..<channels).map { channel in
          group.values.map { ranges.magnitude($0, channel) }.reduce(0, max) / scaled[channel]
        }
      case .weights: network.sizes(madeBy: group, channels)
      }
    let read: [Double]? =
      switch self {
      case .values: nil
      case .balanced: network.shares(readBy: group, channels)
      case .weights: network.sizes(readBy: group, channels)
      }
    var factors = (0..<channels).map { channel in
      guard made[channel] > 0 else { return 0.0 }
      guard let read else { return made[channel] }
      return read[channel] > 0 ? (made[channel] / read[channel]).squareRoot() : 0
    }
    let largest = factors.max() ?? 0
    guard largest > 0 else { return [Double](repeating: 1, count: channels) }
    for channel in 0..<channels {
      // A channel that is always 0, or that nobody reads, stays.
      var factor = factors[channel] > 0 ? factors[channel] / largest : 1
      factor = max(factor, 1 / (Self.largestFactor * scaled[channel]))
      for end in group.ends {
        let seen = max(Double(ranges.largest[end.layer + 1][channel]), 0) / scaled[channel]
        factor = max(factor, seen * Self.headroom / end.high)
      }
      factors[channel] = min(factor, 1)
    }
    return factors
  }
}

extension LoweredNetwork {
  /// Divides a group's channels where they are made and multiplies them where they are read.
  fileprivate mutating func divide(_ group: ChannelGroup, by factors: [Double]) {
    for index in group.producers {
      let channels = layers[index].output.channels
      for place in layers[index].weights.indices {
        layers[index].weights[place] = Float(
          Double(layers[index].weights[place]) / factors[place % channels])
      }
      for channel in layers[index].bias.indices {
        layers[index].bias[channel] = Float(Double(layers[index].bias[channel]) / factors[channel])
      }
    }
    for index in group.readers {
      let layer = layers[index]
      for place in layer.weights.indices {
        let factor = factors[layer.inputChannel(ofWeight: place)]
        layers[index].weights[place] = Float(Double(layer.weights[place]) * factor)
      }
    }
  }

  /// For each channel the largest weight that makes it.
  fileprivate func sizes(madeBy group: ChannelGroup, _ channels: Int) -> [Double] {
    var sizes = [Double](repeating: 0, count: channels)
    for index in group.producers {
      for (place, weight) in layers[index].weights.enumerated() {
        sizes[place % channels] = max(sizes[place % channels], abs(Double(weight)))
      }
    }
    return sizes
  }

  /// For each channel the largest weight that meets it.
  fileprivate func sizes(readBy group: ChannelGroup, _ channels: Int) -> [Double] {
    var sizes = [Double](repeating: 0, count: channels)
    for index in group.readers {
      let layer = layers[index]
      for (place, weight) in layer.weights.enumerated() {
        let channel = layer.inputChannel(ofWeight: place)
        sizes[channel] = max(sizes[channel], abs(Double(weight)))
      }
    }
    return sizes
  }

  /// For each channel the largest share that a weight which meets it has of the largest weight of the same output;
  /// weights of depthwise layers have outputs of their own and do not count.
  fileprivate func shares(readBy group: ChannelGroup, _ channels: Int) -> [Double]? {
    var shares = [Double](repeating: 0, count: channels)
    var isAny = false
    for index in group.readers where !layers[index].isChannelwise {
      isAny = true
      let layer = layers[index]
      let outputs = layer.output.channels
      var largest = [Double](repeating: 0, count: outputs)
      for (place, weight) in layer.weights.enumerated() {
        largest[place % outputs] = max(largest[place % outputs], abs(Double(weight)))
      }
      for (place, weight) in layer.weights.enumerated() where largest[place % outputs] > 0 {
        let channel = layer.inputChannel(ofWeight: place)
        shares[channel] = max(shares[channel], abs(Double(weight)) / largest[place % outputs])
      }
    }
    return isAny ? shares : nil
  }
}

extension LoweredLayer {
  /// Whether each output has the weights of one channel of the input.
  var isChannelwise: Bool { kind.fileKind.traits.contains(.channelwise) }

  /// The channel of the input that a weight meets, in the order of training: `cells x channels x outputs`, or
  /// `cells x outputs` where each output reads one channel.
  func inputChannel(ofWeight place: Int) -> Int {
    let outputs = output.channels
    if isChannelwise { return place % outputs / (outputs / input.channels) }
    return place / outputs % input.channels
  }
}
