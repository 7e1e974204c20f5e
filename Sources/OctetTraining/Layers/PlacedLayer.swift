import OctetHost
import OctetNetwork

/// A layer whose values are sums of some of the inputs' with given shares: joins along an axis, other orders, other
/// sizes. Nothing is learned.
final class PlacedLayer: Layer {
  /// For each value of the output where its shares start; one number more at the end.
  private let starts: [Int]
  private let shares: [Share]
  private let activation: Activation

  struct Share {
    let input: Int
    let place: Int
    let factor: Float
  }

  /// - Parameter shares: for each value of the output.
  init(_ site: LayerSite, shares: [[Share]]) {
    activation = site.activation
    var starts = [0]
    for own in shares { starts.append(starts[starts.count - 1] + own.count) }
    self.starts = starts
    self.shares = shares.flatMap { $0 }
  }

  private var count: Int { starts.count - 1 }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let sources = inputs.map { $0.image(image) }
      let target = output.image(image)
      for index in 0..<count {
        var sum: Float = 0
        for share in shares[starts[index]..<starts[index + 1]] {
          sum += sources[share.input][share.place] * share.factor
        }
        target[index] = sum
      }
      activation.apply(target, count: count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    batch.workers.forEach(batch.count) { image, _ in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: count)
      let targets = inputGradients.map { $0?.image(image) }
      for (target, input) in zip(targets, inputs) { target?.update(repeating: 0, count: input.shape.count) }
      for index in 0..<count {
        for share in shares[starts[index]..<starts[index + 1]] {
          targets[share.input]?[share.place] += gradient[index] * share.factor
        }
      }
    }
  }
}

extension PlacedLayer {
  convenience init(_ site: LayerSite, _ kind: Arrange) {
    self.init(site, shares: kind.places.map { [Share(input: 0, place: $0, factor: 1)] })
  }

  convenience init(_ site: LayerSite, _ kind: Concatenate) {
    let (first, output) = (site.inputs[0], site.output)
    var shares: [[Share]] = []
    shares.reserveCapacity(output.count)
    for row in 0..<output.height {
      for column in 0..<output.width {
        for channel in 0..<output.channels {
          let isFirst = row < first.height && column < first.width && channel < first.channels
          let own = site.inputs[isFirst ? 0 : 1]
          let (y, x, c) =
            isFirst
            ? (row, column, channel)
            : (
              row - (kind.axis == .rows ? first.height : 0),
              column - (kind.axis == .columns ? first.width : 0),
              channel - (kind.axis == .channels ? first.channels : 0)
            )
          let place = (y * own.width + x) * own.channels + c
          shares.append([Share(input: isFirst ? 0 : 1, place: place, factor: 1)])
        }
      }
    }
    self.init(site, shares: shares)
  }

  convenience init(_ site: LayerSite, _ kind: Resize) {
    let (input, output) = (site.input, site.output)
    let rows = kind.places(from: input.height, to: output.height)
    let columns = kind.places(from: input.width, to: output.width)
    var shares: [[Share]] = []
    shares.reserveCapacity(output.count)
    for row in rows {
      for column in columns {
        for channel in 0..<input.channels {
          var own: [Share] = []
          for (y, down) in [(row.first, 1 - row.share), (row.first + 1, row.share)] where down > 0 {
            for (x, across) in [(column.first, 1 - column.share), (column.first + 1, column.share)]
            where across > 0 {
              let place = (y * input.width + x) * input.channels + channel
              own.append(Share(input: 0, place: place, factor: Float(down * across)))
            }
          }
          shares.append(own)
        }
      }
    }
    self.init(site, shares: shares)
  }
}
