/// The largest value of each channel under a window.
package struct MaxPooling: LayerSpecification {
  package static let keyword = "maxpool"
  package static let grammar = "maxpool \(Window.grammar)"
  package static let summary = "largest value in each window; the stride is the window size unless given"

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
}

/// The mean of each channel under a window, over the cells that lie on the input.
package struct AveragePooling: LayerSpecification {
  package static let keyword = "averagepool"
  package static let grammar = "averagepool \(Window.grammar)"
  package static let summary = "mean of the window's cells that lie on the input; the stride likewise"

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
}

/// The mean of each channel over the whole image.
package struct GlobalAveragePooling: LayerSpecification {
  package static let keyword = "globalaveragepool"
  package static let grammar = "globalaveragepool"
  package static let summary = "mean of each channel"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(flat: input.channels)
  }
}
