import Octet
import OctetData
import OctetHost

/// A network with the remedies that were applied so far, quantized.
struct Treatment {
  private(set) var network: LoweredNetwork
  private(set) var settings: QuantizationSettings
  /// What calibration saw of the network.
  private var ranges: Calibration.Histograms
  private(set) var channels: ChannelRanges
  private(set) var quantized: QuantizedNetwork

  /// The network without any remedy.
  init(_ quantizer: Quantizer, settings: QuantizationSettings, workers: Workers) throws(QuantizationError) {
    network = quantizer.network
    self.settings = settings
    ranges = try Calibration(network, workers: workers).run(quantizer.images) { _ in }
    channels = try ChannelRanges(network, images: quantizer.images, workers: workers)
    quantized = try quantizer.run(ranges)
  }

  /// Applies one more; nil where it changes nothing.
  ///
  /// - Parameter images: those to calibrate on.
  func applying(
    _ remedy: Remedy, images: LabeledItems, workers: Workers
  ) throws(QuantizationError) -> Treatment? {
    var treated = self
    switch remedy {
    case .method(let method):
      guard method != settings.method else { return nil }
      treated.settings.method = method
      treated.settings.methods = [:]
    case .layerMethod(let layer, let method):
      guard method != settings.method(ofLayer: layer) else { return nil }
      treated.settings.methods[layer] = method
    case .biasCorrection:
      guard !settings.correctsBias else { return nil }
      treated.settings.correctsBias = true
    case .equalization(let kind):
      guard let changed = kind.applied(to: network, channels) else { return nil }
      try treated.change(changed, images, workers)
    case .split(let layer, let height, _):
      guard
        let split = ValueSplit.possible(layer, in: network, channels).first(where: { $0.height == height })
      else { return nil }
      try treated.change(split.applied(to: network), images, workers)
    case .partition(let layer, let count):
      let partitions = ChannelPartition.possible(layer, in: network, channels)
      guard let partition = partitions.first(where: { $0.farChannels == count }) else { return nil }
      let (changed, places) = partition.applied(to: network)
      treated.settings.methods = [:]
      for (layer, method) in settings.methods {
        for place in places[layer] { treated.settings.methods[place] = method }
      }
      try treated.change(changed, images, workers)
    case .encoding(let layer, let encoding):
      guard network.layers[layer].isWeighted, network.layers[layer].encoding != encoding else { return nil }
      treated.network.layers[layer].encoding = encoding
    case .training: return nil
    }
    let quantizer = Quantizer(treated.network, images: images, settings: treated.settings, workers: workers)
    treated.quantized = try quantizer.run(treated.ranges)
    return treated
  }

  /// The same with integers that training has found; the last remedy, as others choose the integers anew.
  func trained(_ quantized: QuantizedNetwork) -> Treatment {
    var treated = self
    treated.quantized = quantized
    return treated
  }

  /// Another network gives other values, so calibration looks at it anew.
  private mutating func change(
    _ network: LoweredNetwork, _ images: LabeledItems, _ workers: Workers
  ) throws(QuantizationError) {
    self.network = network
    ranges = try Calibration(network, workers: workers).run(images) { _ in }
    channels = try ChannelRanges(network, images: images, workers: workers)
  }
}
