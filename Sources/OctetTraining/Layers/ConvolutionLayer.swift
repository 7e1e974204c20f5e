import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Convolution, several places and filters at a time.
///
/// Weights are `window height x window width x input channels x filters`. Each image is one item for the workers. Where
/// most of a gradient is zeros, as behind a max pool, the way back goes over the others alone, in products with the
/// matrix of patches.
final class ConvolutionLayer: Layer {
  private let input: ImageShape
  private let output: ImageShape
  private let activation: Activation
  private let weight: Parameter
  private let bias: Parameter?
  private let direct: DirectConvolution
  private let patches: PatchMatrix
  private var lanes: GradientLanes
  /// One for each worker; none where patches are too short to gain by it.
  private var sparse: [SparseMatrix] = []
  /// `filters x patch columns`, as the sparse product reads the weights.
  private let turnedWeights: Tensor

  /// Patches shorter than this do not fill the registers of the sparse products.
  private static let shortestSparsePatch = 32

  init(_ site: LayerSite, window: Window) {
    input = site.input
    output = site.output
    activation = site.activation
    weight = site.parameters[0]
    bias = site.parameters.count > 1 ? site.parameters[1] : nil
    let plan = WindowPlan(window, input: input, output: output)
    direct = DirectConvolution(plan, weight: weight, bias: bias)
    patches = PatchMatrix(plan)
    lanes = GradientLanes(parameters: site.parameters)
    turnedWeights = Tensor(shape: ImageShape(flat: patches.columns * site.output.channels), capacity: 1)
  }

  func forward(_ batch: Batch, inputs: [Tensor], output outputs: Tensor) {
    direct.prepareForward()
    batch.workers.forEach(batch.count) { image, worker in
      let target = outputs.image(image)
      direct.forward(inputs[0].image(image), into: target, batch.workers, worker)
      activation.apply(target, count: output.count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output outputs: Tensor, outputGradient: Tensor,
    inputGradients: [Tensor?]
  ) {
    prepareSparse(batch.workers)
    if inputGradients[0] != nil { direct.prepareBackward() }
    lanes.accumulate(batch) { image, worker, gradients in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: outputs.image(image), count: output.count)
      if bias != nil {
        octet_add_rows(gradients[1], gradient, output.height * output.width, output.channels, output.channels)
      }
      let source = inputs[0].image(image)
      let inputGradient = inputGradients[0]?.image(image)
      if isSparse(gradient, worker) {
        inputGradient?.update(repeating: 0, count: input.count)
        for block in 0..<patches.blocks {
          backward(
            rows: patches.outputRows(ofBlock: block), source, gradient, weightGradient: gradients[0],
            inputGradient: inputGradient, batch.workers, worker)
        }
      } else {
        direct.addWeightGradient(source, gradient, to: gradients[0], batch.workers, worker)
        if let inputGradient { direct.imageGradient(gradient, into: inputGradient, batch.workers, worker) }
      }
    }
  }

  /// Whether the first rows of a gradient have so many zeros that it pays to leave them out.
  private func isSparse(_ gradient: UnsafePointer<Float>, _ worker: Int) -> Bool {
    guard worker < sparse.count else { return false }
    return sparse[worker].take(gradient, rows: patches.outputRows(ofBlock: 0).count * output.width)
  }

  private func prepareSparse(_ workers: Workers) {
    guard patches.columns >= Self.shortestSparsePatch else { return }
    while sparse.count < workers.count {
      sparse.append(SparseMatrix(rows: patches.rowsPerBlock * output.width, columns: output.channels))
    }
    for column in 0..<patches.columns {
      for filter in 0..<output.channels {
        turnedWeights.base[filter * patches.columns + column] =
          weight.values[column * output.channels + filter]
      }
    }
  }

  private func backward(
    rows: Range<Int>, _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    _ workers: Workers,
    _ worker: Int
  ) {
    let places = rows.count * output.width
    let blockGradient = gradient + rows.lowerBound * output.width * output.channels
    let sparse =
      worker < sparse.count && sparse[worker].take(blockGradient, rows: places) ? sparse[worker] : nil
    // dW += patches^T dY
    let matrix = gathered(source, rows: rows, workers, worker)
    if let sparse {
      sparse.multiplyTransposed(matrix, width: patches.columns, addingTo: weightGradient)
    } else {
      MatrixProduct.multiply(
        rows: patches.columns, columns: output.channels, depth: places,
        .init(matrix, stride: patches.columns, isTransposed: true),
        .init(blockGradient, stride: output.channels),
        into: weightGradient, stride: output.channels, accumulate: true)
    }
    guard let inputGradient else { return }
    // d patches = dY W^T, added back to the pixels they came from.
    let direct = patches.isIdentity
    let target =
      direct
      ? inputGradient + rows.lowerBound * input.width * input.channels
      : workers.scratch(worker: worker, count: patches.floatsPerBlock)
    if let sparse {
      sparse.multiply(turnedWeights.base, width: patches.columns, into: target)
    } else {
      MatrixProduct.multiply(
        rows: places, columns: patches.columns, depth: output.channels,
        .init(blockGradient, stride: output.channels),
        .init(weight.values, stride: output.channels, isTransposed: true), into: target,
        stride: patches.columns
      )
    }
    if !direct { patches.scatter(target, rows: rows, addingTo: inputGradient) }
  }

  /// The patch matrix of `rows`: the image itself where that is the same, else a copy in the worker's scratch.
  private func gathered(
    _ source: UnsafePointer<Float>, rows: Range<Int>, _ workers: Workers, _ worker: Int
  ) -> UnsafePointer<Float> {
    if patches.isIdentity { return source + rows.lowerBound * input.width * input.channels }
    let matrix = workers.scratch(worker: worker, count: patches.floatsPerBlock)
    patches.gather(source, rows: rows, into: matrix)
    return UnsafePointer(matrix)
  }
}

/// Lays the pixels under each place of a window side by side, so that a convolution becomes a matrix product.
///
/// One row per place, one column per weight: `places x (window height x window width x channels)`. Built for a few
/// output rows at a time, so that it stays in the second-level cache.
struct PatchMatrix {
  let plan: WindowPlan
  /// Floats in one row of the matrix.
  let columns: Int
  /// Output rows whose patches are built together.
  let rowsPerBlock: Int
  /// A 1x1 window with stride 1 needs no copy: the image is its own patch matrix.
  let isIdentity: Bool

  private let kernelWindow: octet_window

  private static let blockBytes = 384 * 1024

  init(_ plan: WindowPlan) {
    self.plan = plan
    kernelWindow = plan.kernelWindow
    let window = plan.window
    columns = window.height * window.width * plan.input.channels
    let bytesPerRow = plan.output.width * columns * MemoryLayout<Float>.stride
    rowsPerBlock = min(max(Self.blockBytes / bytesPerRow, 1), plan.output.height)
    isIdentity =
      window.height == 1 && window.width == 1 && window.strideHeight == 1 && window.strideWidth == 1
  }

  /// Room that one block takes.
  var floatsPerBlock: Int { rowsPerBlock * plan.output.width * columns }

  var blocks: Int { (plan.output.height + rowsPerBlock - 1) / rowsPerBlock }

  func outputRows(ofBlock block: Int) -> Range<Int> {
    block * rowsPerBlock..<min((block + 1) * rowsPerBlock, plan.output.height)
  }

  /// Copies the patches of `rows` from one image.
  func gather(_ image: UnsafePointer<Float>, rows: Range<Int>, into matrix: UnsafeMutablePointer<Float>) {
    withUnsafePointer(to: kernelWindow) {
      octet_gather_patches(matrix, image, $0, rows.lowerBound, rows.upperBound)
    }
  }

  /// Adds the patches of `rows` back to where `gather` took them from.
  func scatter(_ matrix: UnsafePointer<Float>, rows: Range<Int>, addingTo image: UnsafeMutablePointer<Float>)
  {
    withUnsafePointer(to: kernelWindow) {
      octet_scatter_patches(image, matrix, $0, rows.lowerBound, rows.upperBound)
    }
  }
}
