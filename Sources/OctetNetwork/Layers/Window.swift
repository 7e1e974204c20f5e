/// The window that a convolution or pooling moves over its input.
package struct Window: Hashable, Sendable {
  package enum Padding: Hashable, Sendable {
    /// Only places where the whole window lies on the input.
    case valid
    /// Enough border on each side for `ceil(size / stride)` places, the odd cell at the bottom and right.
    case same
    /// So many rows and columns of border, as PyTorch has it.
    case border(top: Int, left: Int, bottom: Int, right: Int)

    /// As in a network file.
    var text: String {
      switch self {
      case .valid: "valid"
      case .same: "same"
      case .border(let top, let left, let bottom, let right): "\(top),\(left),\(bottom),\(right)"
      }
    }

    init?(text: String) {
      switch text {
      case "valid": self = .valid
      case "same": self = .same
      default:
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard parts.count == 4, parts.allSatisfy({ (0...255).contains($0) }) else { return nil }
        self = .border(top: parts[0], left: parts[1], bottom: parts[2], right: parts[3])
      }
    }
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

  package static let grammar = "HxW [stride S] [padding valid|same|T,L,B,R]"

  private static let extents = 1...256

  /// Reads `3x3 stride 2 padding same`, stride and padding in either order. Without a stride, pooling moves by its own
  /// size and convolution by one.
  package init(words: inout LineWords, strideIsSize: Bool) throws(NetworkError) {
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
    let word = try words.take("valid, same or four numbers")
    guard let found = Padding(text: word) else {
      throw words.failure(
        "expected valid, same or TOP,LEFT,BOTTOM,RIGHT (0 to 255 each) after padding, found \"\(word)\"")
    }
    return found
  }

  package var settings: String {
    let stride = strideHeight == strideWidth ? "\(strideHeight)" : "\(strideHeight)x\(strideWidth)"
    return "\(height)x\(width) stride \(stride) padding \(padding.text)"
  }

  /// Places of the window over `input`, as height and width.
  package func places(over input: ImageShape) throws(ShapeMismatch) -> (height: Int, width: Int) {
    if padding == .same {
      return ((input.height - 1) / strideHeight + 1, (input.width - 1) / strideWidth + 1)
    }
    var (roomHeight, roomWidth) = (input.height, input.width)
    if case .border(let top, let left, let bottom, let right) = padding {
      // A window that lay on the border alone would see nothing of the image.
      guard top < height, bottom < height, left < width, right < width else {
        throw ShapeMismatch("the border \(padding.text) is not smaller than the window \(height)x\(width)")
      }
      roomHeight += top + bottom
      roomWidth += left + right
    }
    guard height <= roomHeight, width <= roomWidth else {
      throw ShapeMismatch(
        "the window \(height)x\(width) is larger than the \(input.height)x\(input.width) input")
    }
    return ((roomHeight - height) / strideHeight + 1, (roomWidth - width) / strideWidth + 1)
  }

  /// Rows of border above and columns of border to the left.
  package func border(input: ImageShape, output: ImageShape) -> (top: Int, left: Int) {
    if case .border(let top, let left, _, _) = padding { return (top, left) }
    guard padding == .same else { return (0, 0) }
    let rows = max((output.height - 1) * strideHeight + height - input.height, 0)
    let columns = max((output.width - 1) * strideWidth + width - input.width, 0)
    return (rows / 2, columns / 2)
  }
}

/// What the kinds have in common that look at each channel under a window by itself.
package protocol PoolingSpecification: LayerSpecification {
  var window: Window { get }
  init(window: Window)
}

extension PoolingSpecification {
  package init(words: inout LineWords) throws(NetworkError) {
    self.init(window: try Window(words: &words, strideIsSize: true))
  }

  package var settings: String { window.settings }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    let places = try window.places(over: input)
    return ImageShape(height: places.height, width: places.width, channels: input.channels)
  }
}
