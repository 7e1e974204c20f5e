/// A convolution that keeps the channels apart: each has a window of weights of its own.
package struct DepthwiseConvolution: LayerSpecification {
  package static let keyword = "depthwise"
  package static let grammar = "depthwise \(Window.grammar) [multiplier M] [no-bias] [ACTIVATION]"
  package static let summary = "convolution of each channel by itself, with M outputs per channel"

  package let window: Window
  /// Output channels per input channel.
  package let multiplier: Int
  package let hasBias: Bool

  package init(window: Window, multiplier: Int = 1, hasBias: Bool = true) {
    self.window = window
    self.multiplier = multiplier
    self.hasBias = hasBias
  }

  package init(words: inout LineWords) throws(NetworkError) {
    let window = try Window(words: &words, strideIsSize: false)
    var multiplier = 1
    if words.takeIf("multiplier") { multiplier = try words.takeInteger("a multiplier", in: 1...64) }
    self.init(window: window, multiplier: multiplier, hasBias: !words.takeIf("no-bias"))
  }

  package var settings: String {
    window.settings + (multiplier == 1 ? "" : " multiplier \(multiplier)") + (hasBias ? "" : " no-bias")
  }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    let places = try window.places(over: input)
    return ImageShape(height: places.height, width: places.width, channels: input.channels * multiplier)
  }

  package func parameters(for input: ImageShape) -> [ParameterDescription] {
    let cells = window.height * window.width
    let weight = ParameterDescription(
      "weight", [window.height, window.width, input.channels, multiplier],
      start: .uniform(fanIn: cells * input.channels, fanOut: cells * multiplier))
    let bias = ParameterDescription("bias", [input.channels * multiplier], start: .constant(0))
    return hasBias ? [weight, bias] : [weight]
  }

  package func multiplyAdds(input: ImageShape, output: ImageShape) -> Int {
    output.count * window.height * window.width
  }
}
