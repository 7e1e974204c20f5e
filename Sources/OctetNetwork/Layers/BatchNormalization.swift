/// Brings each channel to mean 0 and variance 1, then scales and shifts it by learned numbers.
package struct BatchNormalization: LayerSpecification {
  package static let keyword = "batchnorm"
  package static let grammar = "batchnorm [momentum M] [epsilon E] [ACTIVATION]"
  package static let summary = "batch normalization; momentum is 0.99 and epsilon 0.001 unless given"

  /// How much of the moving averages one step keeps.
  package let momentum: Float
  /// Added to the variance.
  package let epsilon: Float

  package init(momentum: Float = 0.99, epsilon: Float = 0.001) {
    self.momentum = momentum
    self.epsilon = epsilon
  }

  package init(words: inout LineWords) throws(NetworkError) {
    var momentum: Float = 0.99
    var epsilon: Float = 0.001
    if words.takeIf("momentum") { momentum = try words.takeNumber("a momentum", in: 0...1) }
    if words.takeIf("epsilon") { epsilon = try words.takeNumber("an epsilon", in: 1e-12...1) }
    self.init(momentum: momentum, epsilon: epsilon)
  }

  package var settings: String { "momentum \(momentum) epsilon \(epsilon)" }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }

  package func parameters(for input: ImageShape) -> [ParameterDescription] {
    [
      ParameterDescription("scale", [input.channels], start: .constant(1)),
      ParameterDescription("offset", [input.channels], start: .constant(0)),
      ParameterDescription("mean", [input.channels], start: .constant(0), isTrained: false),
      ParameterDescription("variance", [input.channels], start: .constant(1), isTrained: false),
    ]
  }

  package func multiplyAdds(input: ImageShape, output: ImageShape) -> Int { output.count }
}
