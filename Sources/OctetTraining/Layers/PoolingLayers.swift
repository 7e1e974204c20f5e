import OctetFloatKernels
import OctetHost
import OctetNetwork

/// The gradient goes to the first cell of each window that holds the largest value.
final class MaxPoolingLayer: Layer {
  private let inputCount: Int
  private let outputCount: Int
  private let channels: Int
  private let activation: Activation
  private let window: octet_window

  init(_ site: LayerSite, window: Window) {
    inputCount = site.input.count
    outputCount = site.output.count
    channels = site.input.channels
    activation = site.activation
    self.window = WindowPlan(window, input: site.input, output: site.output).kernelWindow
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      withUnsafePointer(to: window) { octet_max_pool(target, inputs[0].image(image), $0) }
      activation.apply(target, count: outputCount)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    guard let inputGradients = inputGradients[0] else { return }
    batch.workers.forEach(batch.count) { image, worker in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: outputCount)
      let scratch = batch.workers.scratch(worker: worker, count: 2 * channels)
      withUnsafePointer(to: window) {
        octet_max_pool_gradient(inputGradients.image(image), gradient, inputs[0].image(image), $0, scratch)
      }
    }
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
