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
