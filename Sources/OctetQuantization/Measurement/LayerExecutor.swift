import OctetHost
import OctetNetwork
import OctetTraining

/// Computes one lowered layer on a batch, with whatever weights it is given, up to its activation.
///
/// The same executor serves the float network and the integer one: with integers as inputs and weights its float sums
/// are the integer accumulators, exactly so below 2^24.
final class LayerExecutor {
  let layer: LoweredLayer
  /// The window or matrix product as the float network does it; nil for kinds that need none.
  private let network: Network?
  private let workers: Workers

  init(_ layer: LoweredLayer, capacity: Int, workers: Workers) throws(QuantizationError) {
    self.layer = layer
    self.workers = workers
    guard let kind = layer.floatKind else {
      network = nil
      return
    }
    let isDense = layer.kind == .dense
    let input = isDense ? ImageShape(flat: layer.input.count) : layer.input
    do throws(NetworkError) {
      network = try Network(
        NetworkDescription(
          input: input,
          layers: [LayerDescription(name: "layer", kind: kind, activation: .linear, inputs: [0], line: 0)]),
        capacity: capacity, seed: 0, workers: workers, forTraining: false)
    } catch {
      throw .network(error)
    }
    if layer.isWeighted { use(weights: layer.weights) }
  }

  func use(weights: [Float]) { network?.parameters[0].array = weights }

  /// Weighted sums without bias, averages, maxima or sums, pooled where the layer pools.
  ///
  /// - Parameter inputs: one batch for each input, image after image.
  func run(_ inputs: [[Float]], count: Int) -> [Float] {
    guard let network else {
      guard layer.kind == .add else { return inputs[0] }
      return zip(inputs[0], inputs[1]).map { $0 + $1 }
    }
    inputs[0].withUnsafeBufferPointer { source in
      if let start = source.baseAddress { network.input.base.update(from: start, count: source.count) }
    }
    network.forward(count: count)
    return layer.pool == .one ? network.output.values(count) : pooled(network.output, count: count)
  }

  private func pooled(_ values: Tensor, count: Int) -> [Float] {
    let from = layer.unpooledOutput
    let to = layer.output
    let pool = layer.pool
    return [Float](unsafeUninitializedCapacity: count * to.count) { result, initialized in
      guard let start = result.baseAddress else { return }
      nonisolated(unsafe) let base = start
      workers.forEach(count) { image, _ in
        let source = values.image(image)
        var target = base + image * to.count
        for row in 0..<to.height {
          for column in 0..<to.width {
            for channel in 0..<to.channels {
              var largest = -Float.infinity
              for y in row * pool.height..<(row + 1) * pool.height {
                for x in column * pool.width..<(column + 1) * pool.width {
                  largest = max(largest, source[(y * from.width + x) * from.channels + channel])
                }
              }
              target[channel] = largest
            }
            target += to.channels
          }
        }
      }
      initialized = count * to.count
    }
  }
}

extension LoweredLayer {
  /// The layer of a float network that does the sums.
  fileprivate var floatKind: FloatLayerKind? {
    switch kind {
    case .dense: .dense(Dense(units: output.channels, hasBias: false))
    case .convolution(let window):
      .convolution(Convolution(filters: output.channels, window: window, hasBias: false))
    case .depthwiseConvolution(let window):
      .depthwiseConvolution(
        DepthwiseConvolution(
          window: window, multiplier: output.channels / input.channels, hasBias: false))
    case .maximumPooling(let window): .maxPooling(MaxPooling(window: window))
    case .averagePooling(let window): .averagePooling(AveragePooling(window: window))
    case .globalAveragePooling: .globalAveragePooling(GlobalAveragePooling())
    case .add, .activation: nil
    }
  }
}
