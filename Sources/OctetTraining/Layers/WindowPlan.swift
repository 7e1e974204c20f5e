import OctetFloatKernels
import OctetNetwork

/// A window at work between two shapes: which input cells each place covers.
struct WindowPlan {
  let window: Window
  let input: ImageShape
  let output: ImageShape
  let top: Int
  let left: Int

  init(_ window: Window, input: ImageShape, output: ImageShape) {
    self.window = window
    self.input = input
    self.output = output
    (top, left) = window.border(input: input, output: output)
  }

  /// The input rows under the window at output row `row`, clipped to the input.
  func rows(at row: Int) -> Range<Int> {
    let start = row * window.strideHeight - top
    return max(start, 0)..<min(start + window.height, input.height)
  }

  func columns(at column: Int) -> Range<Int> {
    let start = column * window.strideWidth - left
    return max(start, 0)..<min(start + window.width, input.width)
  }

  /// The same for the kernels.
  var kernelWindow: octet_window {
    octet_window(
      height: input.height, width: input.width, channels: input.channels, output_height: output.height,
      output_width: output.width, window_height: window.height, window_width: window.width,
      stride_height: window.strideHeight, stride_width: window.strideWidth, top: top, left: left)
  }
}
