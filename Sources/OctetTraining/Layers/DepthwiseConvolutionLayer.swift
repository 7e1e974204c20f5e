import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Depthwise convolution as sums over window cells.
///
/// Weights are `window height x window width x channels x multiplier`; output channel `c * multiplier + m` belongs to
/// input channel `c`.
final class DepthwiseConvolutionLayer: Layer {
  private let plan: WindowPlan
  private let multiplier: Int
  private let activation: Activation
  private let weight: Parameter
  private let bias: Parameter?
  private var lanes: GradientLanes
  private let kernelWindow: octet_window

  init(_ site: LayerSite, window: Window, multiplier: Int) {
    plan = WindowPlan(window, input: site.input, output: site.output)
    self.multiplier = multiplier
    activation = site.activation
    weight = site.parameters[0]
    bias = site.parameters.count > 1 ? site.parameters[1] : nil
    lanes = GradientLanes(parameters: site.parameters)
    kernelWindow = plan.kernelWindow
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let source = inputs[0].image(image)
      let target = output.image(image)
      if multiplier == 1 {
        withUnsafePointer(to: kernelWindow) {
          octet_depthwise(target, source, weight.values, bias?.values, $0)
        }
      } else {
        forward(source, into: target)
      }
      activation.apply(target, count: plan.output.count)
    }
  }

  /// Several filters for each channel, which few networks have.
  private func forward(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    for place in 0..<plan.output.height * plan.output.width {
      let result = target + place * plan.output.channels
      if let bias {
        result.update(from: bias.values, count: plan.output.channels)
      } else {
        result.update(repeating: 0, count: plan.output.channels)
      }
    }
    forEachCell { inputOffset, outputOffset, weightOffset in
      let pixel = source + inputOffset
      let result = target + outputOffset
      let weights = weight.values + weightOffset
      for channel in 0..<plan.input.channels {
        for copy in 0..<multiplier {
          let index = channel &* multiplier &+ copy
          result[index] += pixel[channel] * weights[index]
        }
      }
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    lanes.accumulate(batch) { image, _, gradients in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: plan.output.count)
      if bias != nil {
        octet_add_rows(
          gradients[1], gradient, plan.output.height * plan.output.width, plan.output.channels,
          plan.output.channels)
      }
      let source = inputs[0].image(image)
      let inputGradient = inputGradients[0]?.image(image)
      if multiplier == 1 {
        withUnsafePointer(to: kernelWindow) {
          octet_depthwise_weight_gradient(gradients[0], gradient, source, $0)
          if let inputGradient { octet_depthwise_gradient(inputGradient, gradient, weight.values, $0) }
        }
        return
      }
      inputGradient?.update(repeating: 0, count: plan.input.count)
      forEachCell { inputOffset, outputOffset, weightOffset in
        let result = gradient + outputOffset
        let weights = weight.values + weightOffset
        let weightGradient = gradients[0] + weightOffset
        for channel in 0..<plan.input.channels {
          for copy in 0..<multiplier {
            let index = channel &* multiplier &+ copy
            weightGradient[index] += source[inputOffset &+ channel] * result[index]
            if let inputGradient { inputGradient[inputOffset &+ channel] += weights[index] * result[index] }
          }
        }
      }
    }
  }

  /// Calls `body` with the offsets of the input pixel, the output pixel and the weights of every window cell that
  /// lies on the input.
  @inline(__always)
  private func forEachCell(_ body: (_ input: Int, _ output: Int, _ weight: Int) -> Void) {
    let window = plan.window
    for row in 0..<plan.output.height {
      let top = row * window.strideHeight - plan.top
      for column in 0..<plan.output.width {
        let left = column * window.strideWidth - plan.left
        let output = (row * plan.output.width + column) * plan.output.channels
        for inputRow in plan.rows(at: row) {
          for inputColumn in plan.columns(at: column) {
            body(
              (inputRow * plan.input.width + inputColumn) * plan.input.channels, output,
              ((inputRow - top) * window.width + inputColumn - left) * plan.output.channels)
          }
        }
      }
    }
  }
}
