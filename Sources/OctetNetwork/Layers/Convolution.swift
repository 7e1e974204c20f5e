/// Every output pixel is a weighted sum of the input pixels under a window, with one set of weights per filter.
package struct Convolution: LayerSpecification {
  package static let keyword = "conv"
  package static let grammar = "conv FILTERS \(Window.grammar) [no-bias] [ACTIVATION]"
  package static let summary = "convolution"

  package let filters: Int
  package let window: Window
  package let hasBias: Bool

  package init(filters: Int, window: Window, hasBias: Bool = true) {
    self.filters = filters
    self.window = window
    self.hasBias = hasBias
  }

  package init(words: inout LineWords) throws(NetworkError) {
    let filters = try words.takeInteger("a number of filters", in: 1...4096)
    let window = try Window(words: &words, strideIsSize: false)
    self.init(filters: filters, window: window, hasBias: !words.takeIf("no-bias"))
  }

  package var settings: String { "\(filters) \(window.settings)" + (hasBias ? "" : " no-bias") }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    let places = try window.places(over: input)
    return ImageShape(height: places.height, width: places.width, channels: filters)
  }

  package func parameters(for input: ImageShape) -> [ParameterDescription] {
    let cells = window.height * window.width
    let weight = ParameterDescription(
      "weight", [window.height, window.width, input.channels, filters],
      start: .uniform(fanIn: cells * input.channels, fanOut: cells * filters))
    return hasBias ? [weight, ParameterDescription("bias", [filters], start: .constant(0))] : [weight]
  }

  package func multiplyAdds(input: ImageShape, output: ImageShape) -> Int {
    output.count * window.height * window.width * input.channels
  }
}
