import OctetFloatKernels
import OctetHost
import OctetNetwork

/// A convolution without a matrix of patches: forward, and back to the image and to the weights.
///
/// The image is copied once, with its border of zeros, so that every place of the window reads cells that are there.
/// Back to the image it is a convolution again, of the output's gradient with the turned weights. With a stride above 1
/// there is one for each remainder of rows and columns, as the pixels of each see cells of their own.
final class DirectConvolution {
  private let plan: WindowPlan
  private let weight: Parameter
  private let bias: Parameter?
  private let border: octet_border
  private let forwardWalk: octet_walk
  private let panels: Tensor
  private let phases: [Phase]
  /// Of the output's gradient, for the way back to the image.
  private let gradientBorder: octet_border

  /// The pixels of an image whose rows and columns leave the same remainders.
  private struct Phase {
    let walk: octet_walk
    /// Cells of the window that lie on them, in the order in which a place of the gradient reads them.
    let cells: [Int]
    /// Where the walk begins in the gradient with its border, and in the image.
    let source: Int
    let target: Int
    let panels: Tensor
  }

  init(_ plan: WindowPlan, weight: Parameter, bias: Parameter?) {
    let (window, input, output) = (plan.window, plan.input, plan.output)
    self.plan = plan
    self.weight = weight
    self.bias = bias
    let bottom = (output.height - 1) * window.strideHeight + window.height - plan.top - input.height
    let right = (output.width - 1) * window.strideWidth + window.width - plan.left - input.width
    border = octet_border(top: plan.top, left: plan.left, bottom: max(bottom, 0), right: max(right, 0))
    let line = (plan.left + input.width + max(right, 0)) * input.channels
    forwardWalk = octet_walk(
      rows: output.height, columns: output.width, window_rows: window.height,
      run: window.width * input.channels, pitch: line, source_line: window.strideHeight * line,
      source_step: window.strideWidth * input.channels, target_line: output.width * output.channels,
      target_step: output.channels, filters: output.channels)
    panels = Self.panels(rows: window.height * window.width * input.channels, filters: output.channels)
    let rows = Axis(
      size: input.height, outputs: output.height, window: window.height, stride: window.strideHeight,
      border: plan.top)
    let columns = Axis(
      size: input.width, outputs: output.width, window: window.width, stride: window.strideWidth,
      border: plan.left)
    gradientBorder = octet_border(
      top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    let gradientLine = (columns.before + output.width + columns.after) * output.channels
    phases = rows.phases.flatMap { row in
      columns.phases.map { column in
        let cells = row.cells.flatMap { y in column.cells.map { x in y * window.width + x } }
        return Phase(
          walk: octet_walk(
            rows: row.count, columns: column.count, window_rows: row.cells.count,
            run: column.cells.count * output.channels, pitch: gradientLine, source_line: gradientLine,
            source_step: output.channels, target_line: window.strideHeight * input.width * input.channels,
            target_step: window.strideWidth * input.channels, filters: input.channels),
          cells: cells, source: row.source * gradientLine + column.source * output.channels,
          target: (row.target * input.width + column.target) * input.channels,
          panels: Self.panels(rows: cells.count * output.channels, filters: input.channels))
      }
    }
  }

  private static func panels(rows: Int, filters: Int) -> Tensor {
    let lanes = Int(OCTET_PANEL_LANES)
    return Tensor(
      shape: ImageShape(flat: max(rows, 1) * ((filters + lanes - 1) / lanes * lanes)), capacity: 1)
  }

  /// Floats behind an image that the kernels may read.
  private static let slack = 16

  private var needsBorder: Bool {
    border.top != 0 || border.left != 0 || border.bottom != 0 || border.right != 0
  }

  private func floats(_ shape: ImageShape, _ border: octet_border) -> Int {
    (border.top + shape.height + border.bottom) * (border.left + shape.width + border.right) * shape.channels
      + Self.slack
  }

  /// Takes the weights as they are now; before the first image of a batch.
  func prepareForward() {
    var shape = octet_panel_shape(
      rows: plan.window.height * plan.window.width * plan.input.channels, filters: plan.output.channels)
    octet_panel(
      panels.base, weight.values, &shape, 0, shape.rows, plan.output.channels, 1)
  }

  /// The same before the way back to the image.
  func prepareBackward() {
    let (inputs, outputs) = (plan.input.channels, plan.output.channels)
    for phase in phases where !phase.cells.isEmpty {
      var shape = octet_panel_shape(rows: phase.cells.count * outputs, filters: inputs)
      for (place, cell) in phase.cells.enumerated() {
        octet_panel(
          phase.panels.base, weight.values + cell * inputs * outputs, &shape, place * outputs, outputs, 1,
          outputs)
      }
    }
  }

  /// The output of one image.
  func forward(
    _ image: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ workers: Workers, _ worker: Int
  ) {
    let source = needsBorder ? padded(image, plan.input, border, workers, worker) : image
    withUnsafePointer(to: forwardWalk) {
      octet_convolve(target, source, panels.base, bias.map { UnsafePointer($0.values) }, $0)
    }
  }

  /// Adds what one image makes of the weights' gradient.
  func addWeightGradient(
    _ image: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, _ workers: Workers, _ worker: Int
  ) {
    // Copied even without a border, as the kernel reads a little behind the image.
    let source = padded(image, plan.input, border, workers, worker)
    withUnsafePointer(to: forwardWalk) { octet_convolve_weights(target, source, gradient, $0) }
  }

  /// The gradient of one image.
  func imageGradient(
    _ gradient: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ workers: Workers,
    _ worker: Int
  ) {
    // Pixels that no cell lies on are in no walk.
    if phases.contains(where: { $0.cells.isEmpty }) || !coversImage {
      target.update(repeating: 0, count: plan.input.count)
    }
    let source = padded(gradient, plan.output, gradientBorder, workers, worker)
    for phase in phases where !phase.cells.isEmpty && phase.walk.rows > 0 && phase.walk.columns > 0 {
      withUnsafePointer(to: phase.walk) {
        octet_convolve(target + phase.target, source + phase.source, phase.panels.base, nil, $0)
      }
    }
  }

  private var coversImage: Bool {
    phases.reduce(0) { $0 + $1.walk.rows * $1.walk.columns } == plan.input.height * plan.input.width
  }

  private func padded(
    _ image: UnsafePointer<Float>, _ shape: ImageShape, _ border: octet_border, _ workers: Workers,
    _ worker: Int
  ) -> UnsafePointer<Float> {
    let copy = workers.scratch(worker: worker, count: floats(shape, border))
    withUnsafePointer(to: border) { octet_pad(copy, image, shape.height, shape.width, shape.channels, $0) }
    return UnsafePointer(copy)
  }
}

/// One axis of a convolution, for the way back: pixel `y` gets from place `q` what cell `y + border - stride * q`
/// weighs.
private struct Axis {
  /// Places that the gradient needs in front of its first and behind its last one, all zero.
  let before: Int
  let after: Int
  let phases: [Phase]

  struct Phase {
    /// Pixels.
    let count: Int
    /// The first pixel, and the first place that it reads, counted with those in front.
    let target: Int
    let source: Int
    /// Cells that lie on the pixels, for the places from first to last.
    let cells: [Int]
  }

  init(size: Int, outputs: Int, window: Int, stride: Int, border: Int) {
    let before = (window - 1) / stride
    self.before = before
    after = max((size - 1 + border) / stride + 1 - outputs, 0)
    phases = (0..<min(stride, size)).map { first in
      // Pixels first, first + stride, …; at the first one the last place is `place`, with the smallest cell.
      let place = (first + border) / stride
      let cells = Array(Swift.stride(from: (first + border) % stride, to: window, by: stride).reversed())
      return Phase(
        count: (size - first + stride - 1) / stride, target: first,
        source: before + place - max(cells.count - 1, 0), cells: cells)
    }
  }
}
