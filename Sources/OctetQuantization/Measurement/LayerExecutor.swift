import OctetHost
import OctetNetwork
import OctetTraining

/// Computes one lowered layer on a batch, with whatever weights it is given, up to its activation.
///
/// The same executor serves the float network and the integer one: with integers as inputs and weights its float sums
/// are the integer accumulators, exactly so below 2^24.
package final class LayerExecutor {
  let layer: LoweredLayer
  /// The window or matrix product as the float network does it; nil for kinds without one.
  private let network: Network?
  private let workers: Workers

  init(_ layer: LoweredLayer, capacity: Int, workers: Workers) throws(QuantizationError) {
    self.layer = layer
    self.workers = workers
    guard let sums = layer.kind.sums(layer) else {
      network = nil
      return
    }
    let description = LayerDescription(
      name: "layer", kind: sums.kind, activation: .linear, inputs: [0], line: 0)
    do throws(NetworkError) {
      network = try Network(
        NetworkDescription(input: sums.input, layers: [description]),
        capacity: capacity, seed: 0, workers: workers, forTraining: false)
    } catch {
      throw .network(error)
    }
    if layer.isWeighted { use(weights: layer.weights) }
  }

  func use(weights: [Float]) { network?.parameters[0].array = weights }

  /// What the layer computes before its bias and activation, pooled where the layer pools.
  ///
  /// - Parameter inputs: one batch for each input, image after image.
  func run(_ inputs: [[Float]], count: Int) -> [Float] {
    guard let network else { return layer.kind.combine(inputs, layer, count: count) }
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
