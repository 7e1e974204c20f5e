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
