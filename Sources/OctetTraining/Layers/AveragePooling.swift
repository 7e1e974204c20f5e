import OctetFloatKernels
import OctetHost

/// The mean of each channel under a window, over the cells that lie on the input.
package struct AveragePooling: LayerSpecification {
  package static let keyword = "averagepool"
  package static let grammar = "averagepool \(Window.grammar)"

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

  package func makeLayer(_ site: LayerSite) -> any Layer { AveragePoolingLayer(site, window: window) }
}

/// The mean of each channel over the whole image.
package struct GlobalAveragePooling: LayerSpecification {
  package static let keyword = "globalaveragepool"
  package static let grammar = "globalaveragepool"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(flat: input.channels)
  }

  package func makeLayer(_ site: LayerSite) -> any Layer {
    AveragePoolingLayer(site, window: Window(height: site.input.height, width: site.input.width))
  }
}

final class AveragePoolingLayer: Layer {
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
        line.update(repeating: 0, count: channels)
        for row in rows {
          for column in columns {
            octet_add(line, source + (row * plan.input.width + column) * channels, channels)
          }
        }
        let share = 1 / Float(rows.count * columns.count)
        octet_scale(line, share, channels)
      }
      activation.apply(target, count: plan.output.count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    guard let inputGradients = inputGradients[0] else { return }
    let channels = plan.input.channels
    batch.workers.forEach(batch.count) { image, _ in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: plan.output.count)
      let target = inputGradients.image(image)
      target.update(repeating: 0, count: plan.input.count)
      forEachPlace { result, rows, columns in
        let line = gradient + result
        let share = 1 / Float(rows.count * columns.count)
        octet_scale(line, share, channels)
        for row in rows {
          for column in columns {
            octet_add(target + (row * plan.input.width + column) * channels, line, channels)
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
}
