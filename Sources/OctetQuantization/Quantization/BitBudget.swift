import Octet
import OctetData
import OctetHost
import OctetTraining

/// Chooses in how many bits each layer's weights are stored, so that the file is no larger than asked for.
///
/// The network is quantized once in each encoding, which shows how much noise each layer alone then leaves in the
/// outputs. Beginning with int8 everywhere, the layer goes to fewer bits whose noise grows least for each byte that
/// this saves, until the file fits.
package struct BitBudget {
  /// What the choice for one layer depends on.
  package struct Layer: Sendable {
    package let name: String
    package let weights: Int
    /// For each encoding, in the order of `WeightEncoding.allCases`: bytes of the section's weights, and the power of
    /// the noise at the outputs as a share of the signal's.
    package let bytes: [Int]
    package let noise: [Double]
    /// Whether the network's description names the encoding.
    package let isDescribed: Bool
    package fileprivate(set) var encoding: WeightEncoding
  }

  package private(set) var layers: [Layer]
  /// Of the file with these encodings.
  package private(set) var fileBytes: Int

  /// - Parameters:
  ///   - settings: as for `Quantizer`; what it says of bits does not count.
  ///   - progress: called with the steps done of `steps`.
  package init(
    _ model: FloatModel, images: LabeledItems, settings: QuantizationSettings, bytes budget: Int,
    workers: Workers,
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(QuantizationError) {
    var found: [(network: QuantizedNetwork, report: QuantizationReport)] = []
    for (index, encoding) in WeightEncoding.allCases.enumerated() {
      var own = settings
      own.encodings = .all(encoding)
      let quantizer = try Quantizer(model, images: images, settings: own, workers: workers)
      let network = try quantizer.run { progress(index * quantizer.steps + $0, 3 * quantizer.steps) }
      found.append(
        (network, try QuantizationReport(network, images: quantizer.images, workers: workers)))
    }
    let lowered = found[0].network.network
    // Shapes are views of these.
    let records = found.map(\.network.model.records)
    defer { withExtendedLifetime(records) {} }
    layers = lowered.layers.indices.filter { lowered.layers[$0].isWeighted }.map { index in
      let layer = lowered.layers[index]
      return Layer(
        name: layer.name, weights: layer.weights.count,
        bytes: records.map { OctetFile.aligned(Int($0.shape(index).weightBytes)) },
        noise: found.map { exponential(-$0.report.layers[index].atOutputs * logarithm(10) / 10) },
        isDescribed: layer.bits != nil, encoding: layer.encoding)
    }
    fileBytes = OctetFile(found[0].network.model).bytes.count
    while fileBytes > budget {
      guard let next = cheapest else {
        throw .limit(
          "it takes \(fileBytes) bytes with the fewest bits for every layer; the budget is \(budget)")
      }
      let step = layers[next].step
      fileBytes -= step?.saved ?? 0
      layers[next].encoding = step?.encoding ?? layers[next].encoding
    }
  }

  /// The layer that is cheapest to bring to fewer bits; nil where none is left.
  private var cheapest: Int? {
    let costs = layers.map { layer in
      layer.step.map { ($0.noise - layer.noise[Int(layer.encoding.rawValue)]) / Double($0.saved) }
    }
    return costs.indices.filter { costs[$0] != nil }.min { costs[$0] ?? 0 < costs[$1] ?? 0 }
  }

  /// For `QuantizationSettings.encodings`.
  package var encodings: LayerEncodings {
    .each(Dictionary(layers.map { ($0.name, $0.encoding) }) { first, _ in first })
  }
}

extension BitBudget.Layer {
  /// The next encodings of fewer bits that save bytes, with what that saves.
  fileprivate var step: (encoding: WeightEncoding, saved: Int, noise: Double)? {
    guard !isDescribed else { return nil }
    let own = Int(encoding.rawValue)
    for other in own + 1..<max(bytes.count, own + 1) where bytes[other] < bytes[own] {
      guard let encoding = WeightEncoding(rawValue: UInt8(other)) else { continue }
      return (encoding, bytes[own] - bytes[other], noise[other])
    }
    return nil
  }
}

/// How the weights of layers are stored whose description does not say it.
package enum LayerEncodings: Hashable, Sendable {
  /// In one encoding, but for depthwise layers and convolutions of the input, which are int8.
  case usual(WeightEncoding)
  /// All of them in one.
  case all(WeightEncoding)
  /// By name; int8 where there is none.
  case each([String: WeightEncoding])
}
