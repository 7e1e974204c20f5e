import OctetFloatKernels

/// Convolution as products of patch matrices with the weights.
///
/// Weights are `window height x window width x input channels x filters`, which read as a matrix is
/// `patch columns x filters`. Each image is one item for the workers.
final class ConvolutionLayer: Layer {
  private let input: ImageShape
  private let output: ImageShape
  private let activation: Activation
  private let weight: Parameter
  private let bias: Parameter?
  private let patches: PatchMatrix
  private var lanes: GradientLanes

  init(_ site: LayerSite, window: Window) {
    input = site.input
    output = site.output
    activation = site.activation
    weight = site.parameters[0]
    bias = site.parameters.count > 1 ? site.parameters[1] : nil
    patches = PatchMatrix(WindowPlan(window, input: input, output: output))
    lanes = GradientLanes(parameters: site.parameters)
  }

  func forward(_ batch: Batch, inputs: [Tensor], output outputs: Tensor) {
    batch.workers.forEach(batch.count) { image, strand in
      let source = inputs[0].image(image)
      let target = outputs.image(image)
      for block in 0..<patches.blocks {
        let rows = patches.outputRows(ofBlock: block)
        let matrix = gathered(source, rows: rows, batch.workers, strand)
        let places = rows.count * output.width
        let result = target + rows.lowerBound * output.width * output.channels
        MatrixProduct.multiply(
          rows: places, columns: output.channels, depth: patches.columns,
          .init(matrix, stride: patches.columns),
          .init(weight.values, stride: output.channels), into: result, stride: output.channels)
        if let bias {
          octet_add_bias(result, bias.values, places, output.channels, output.channels)
        }
        if activation != .softmax { activation.apply(result, count: places * output.channels) }
      }
      if activation == .softmax { activation.apply(target, count: output.count) }
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output outputs: Tensor, outputGradient: Tensor,
    inputGradients: [Tensor?]
  ) {
    lanes.accumulate(batch) { image, strand, gradients in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: outputs.image(image), count: output.count)
      if bias != nil {
        octet_add_rows(gradients[1], gradient, output.height * output.width, output.channels, output.channels)
      }
      let inputGradient = inputGradients[0]?.image(image)
      inputGradient?.update(repeating: 0, count: input.count)
      for block in 0..<patches.blocks {
        backward(
          rows: patches.outputRows(ofBlock: block), inputs[0].image(image), gradient,
          weightGradient: gradients[0],
          inputGradient: inputGradient, batch.workers, strand)
      }
    }
  }

  private func backward(
    rows: Range<Int>, _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    _ workers: Workers,
    _ strand: Int
  ) {
    let places = rows.count * output.width
    let blockGradient = gradient + rows.lowerBound * output.width * output.channels
    // dW += patches^T dY
    let matrix = gathered(source, rows: rows, workers, strand)
    MatrixProduct.multiply(
      rows: patches.columns, columns: output.channels, depth: places,
      .init(matrix, stride: patches.columns, isTransposed: true),
      .init(blockGradient, stride: output.channels),
      into: weightGradient, stride: output.channels, accumulate: true)
    guard let inputGradient else { return }
    // d patches = dY W^T, added back to the pixels they came from.
    let direct = patches.isIdentity
    let target =
      direct
      ? inputGradient + rows.lowerBound * input.width * input.channels
      : workers.scratch(strand: strand, count: patches.floatsPerBlock)
    MatrixProduct.multiply(
      rows: places, columns: patches.columns, depth: output.channels,
      .init(blockGradient, stride: output.channels),
      .init(weight.values, stride: output.channels, isTransposed: true), into: target, stride: patches.columns
    )
    if !direct { patches.scatter(target, rows: rows, addingTo: inputGradient) }
  }

  /// The patch matrix of `rows`: the image itself where that is the same, else a copy in the strand's scratch.
  private func gathered(
    _ source: UnsafePointer<Float>, rows: Range<Int>, _ workers: Workers, _ strand: Int
  ) -> UnsafePointer<Float> {
    if patches.isIdentity { return source + rows.lowerBound * input.width * input.channels }
    let matrix = workers.scratch(strand: strand, count: patches.floatsPerBlock)
    patches.gather(source, rows: rows, into: matrix)
    return UnsafePointer(matrix)
  }
}
