import OctetFloatKernels

/// The window that a convolution or pooling moves over its input.
package struct Window: Hashable, Sendable {
  package enum Padding: String, Sendable {
    /// Only places where the whole window lies on the input.
    case valid
    /// Enough border on each side for `ceil(size / stride)` places, the odd cell at the bottom and right.
    case same
  }

  package let height: Int
  package let width: Int
  package let strideHeight: Int
  package let strideWidth: Int
  package let padding: Padding

  package init(
    height: Int, width: Int, strideHeight: Int = 1, strideWidth: Int = 1, padding: Padding = .valid
  ) {
    self.height = height
    self.width = width
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.padding = padding
  }

  static let grammar = "HxW [stride S] [padding valid|same]"

  private static let extents = 1...256

  /// Reads `3x3 stride 2 padding same`, stride and padding in either order. Without a stride, pooling moves by its own size and convolution by one.
  init(words: inout LineWords, strideIsSize: Bool) throws(NetworkError) {
    let size = try words.takeExtent("a window", in: Self.extents)
    var stride = strideIsSize ? size : (1, 1)
    var padding = Padding.valid
    while let word = words.peek, word == "stride" || word == "padding" {
      _ = words.take()
      if word == "stride" {
        stride = try words.takeExtent("a stride", in: Self.extents)
      } else {
        padding = try Self.takePadding(&words)
      }
    }
    self.init(
      height: size.height, width: size.width, strideHeight: stride.0, strideWidth: stride.1, padding: padding)
  }

  private static func takePadding(_ words: inout LineWords) throws(NetworkError) -> Padding {
    let word = try words.take("valid or same")
    guard let found = Padding(rawValue: word) else {
      throw words.failure("expected valid or same after padding, found \"\(word)\"")
    }
    return found
  }

  var settings: String {
    let stride = strideHeight == strideWidth ? "\(strideHeight)" : "\(strideHeight)x\(strideWidth)"
    return "\(height)x\(width) stride \(stride) padding \(padding.rawValue)"
  }

  /// Places of the window over `input`, as height and width.
  func places(over input: ImageShape) throws(ShapeMismatch) -> (height: Int, width: Int) {
    if padding == .same {
      return ((input.height - 1) / strideHeight + 1, (input.width - 1) / strideWidth + 1)
    }
    guard height <= input.height, width <= input.width else {
      throw ShapeMismatch(
        "the window \(height)x\(width) is larger than the \(input.height)x\(input.width) input")
    }
    return ((input.height - height) / strideHeight + 1, (input.width - width) / strideWidth + 1)
  }

  /// Rows of border above and columns of border to the left.
  package func border(input: ImageShape, output: ImageShape) -> (top: Int, left: Int) {
    guard padding == .same else { return (0, 0) }
    let rows = max((output.height - 1) * strideHeight + height - input.height, 0)
    let columns = max((output.width - 1) * strideWidth + width - input.width, 0)
    return (rows / 2, columns / 2)
  }
}

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
