import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Each cell under a window gets an equal share of its gradient.
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
