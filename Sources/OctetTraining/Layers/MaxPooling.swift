/// The largest value of each channel under a window.
package struct MaxPooling: LayerSpecification {
  package static let keyword = "maxpool"
  package static let grammar = "maxpool \(Window.grammar)"

  package let window: Window

  package init(window: Window) { self.window = window }

  package init(words: inout LineWords) throws(NetworkError) {
    window = try Window(words: &words, strideIsSize: true)
  }

  package var settings: String { window.settings }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    let places = try window.places(over: input)
    return ImageShape(height: places.height, width: places.width, channels: input.channels)
  }

  package func makeLayer(_ site: LayerSite) -> any Layer { MaxPoolingLayer(site, window: window) }
}

/// The gradient goes to the first cell of each window that holds the largest value.
final class MaxPoolingLayer: Layer {
  private let plan: WindowPlan
  private let activation: Activation

  init(_ site: LayerSite, window: Window) {
    plan = WindowPlan(window, input: site.input, output: site.output)
    activation = site.activation
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    let channels = plan.input.channels
    batch.workers.forEach(batch.count) { image, _ in
      let source = inputs[0].image(image)
      let target = output.image(image)
      forEachPlace { result, rows, columns in
        let line = target + result
        var isFirst = true
        for row in rows {
          for column in columns {
            let pixel = source + (row &* plan.input.width &+ column) &* channels
            if isFirst {
              line.update(from: pixel, count: channels)
              isFirst = false
            } else {
              Self.raise(line, to: pixel, count: channels)
            }
          }
        }
      }
      activation.apply(target, count: plan.output.count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    guard let inputGradients = inputGradients[0] else { return }
    let channels = plan.input.channels
    // With an activation, the output no longer holds the largest value itself, so it is found again.
    batch.workers.forEach(batch.count) { image, strand in
      let source = inputs[0].image(image)
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: plan.output.count)
      let target = inputGradients.image(image)
      target.update(repeating: 0, count: plan.input.count)
      let largest = batch.workers.scratch(strand: strand, count: 2 * channels)
      let pending = largest + channels
      forEachPlace { result, rows, columns in
        var isFirst = true
        for row in rows {
          for column in columns {
            let pixel = source + (row &* plan.input.width &+ column) &* channels
            if isFirst {
              largest.update(from: pixel, count: channels)
              isFirst = false
            } else {
              Self.raise(largest, to: pixel, count: channels)
            }
          }
        }
        pending.update(from: gradient + result, count: channels)
        for row in rows {
          for column in columns {
            let offset = (row &* plan.input.width &+ column) &* channels
            Self.give(pending, where: source + offset, equals: largest, to: target + offset, count: channels)
          }
        }
      }
    }
  }

  @inline(__always)
  private func forEachPlace(_ body: (_ output: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
    for row in 0..<plan.output.height {
      let rows = plan.rows(at: row)
      for column in 0..<plan.output.width {
        body((row * plan.output.width + column) * plan.output.channels, rows, plan.columns(at: column))
      }
    }
  }

  private static func raise(_ target: UnsafeMutablePointer<Float>, to source: UnsafePointer<Float>, count: Int) {
    var index = 0
    while index &+ 8 <= count {
      let here = VectorKernels.load(target, index)
      let there = VectorKernels.load(source, index)
      VectorKernels.store(here.replacing(with: there, where: there .> here), target, index)
      index &+= 8
    }
    while index < count {
      if source[index] > target[index] { target[index] = source[index] }
      index &+= 1
    }
  }

  /// Moves `pending` to `target` in the channels where `value` is the largest, leaving zero behind.
  private static func give(
    _ pending: UnsafeMutablePointer<Float>, where value: UnsafePointer<Float>, equals largest: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    var index = 0
    while index &+ 8 <= count {
      let matches = VectorKernels.load(value, index) .== VectorKernels.load(largest, index)
      let waiting = VectorKernels.load(pending, index)
      let given = SIMD8<Float>.zero.replacing(with: waiting, where: matches)
      VectorKernels.store(VectorKernels.load(target, index) + given, target, index)
      VectorKernels.store(waiting.replacing(with: 0, where: matches), pending, index)
      index &+= 8
    }
    while index < count {
      if value[index] == largest[index] {
        target[index] += pending[index]
        pending[index] = 0
      }
      index &+= 1
    }
  }
}
