/// What a line of a network description says of one layer: its kind and settings, without weights.
package protocol LayerSpecification: Hashable, Sendable {
  /// The word that starts the line.
  static var keyword: String { get }

  /// The line's grammar, as printed in errors and in the documentation.
  static var grammar: String { get }

  /// Reads the settings after the keyword; an activation and `from` are read by the caller.
  init(words: inout LineWords) throws(NetworkError)

  /// The settings in the form that `init(words:)` reads, without the keyword.
  var settings: String { get }

  /// Whether the layer takes a second value beside the running one.
  var joins: Bool { get }

  /// The shape that comes out, or the reason why `input` does not fit.
  func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape

  /// The numbers that the layer learns or keeps, in the order in which `makeLayer` expects them.
  func parameters(for input: ImageShape) -> [ParameterDescription]

  /// Multiplications with a weight for one image.
  func multiplyAdds(input: ImageShape, output: ImageShape) -> Int

  /// Builds the layer around its parameters.
  func makeLayer(_ site: LayerSite) -> any Layer
}

extension LayerSpecification {
  package var joins: Bool { false }
  package var settings: String { "" }
  package func parameters(for input: ImageShape) -> [ParameterDescription] { [] }
  package func multiplyAdds(input: ImageShape, output: ImageShape) -> Int { 0 }
}

/// Why an input does not fit a layer.
package struct ShapeMismatch: Error {
  package let reason: String
  package init(_ reason: String) { self.reason = reason }
}

/// Name, shape and first values of one parameter.
package struct ParameterDescription: Hashable, Sendable {
  package enum Start: Hashable, Sendable {
    case constant(Float)
    /// Uniform in +-sqrt(6 / (fanIn + fanOut)), as Keras starts its weights.
    case uniform(fanIn: Int, fanOut: Int)
  }

  package let name: String
  package let shape: [Int]
  package let start: Start
  /// False for numbers that training keeps rather than learns, such as moving averages.
  package let isTrained: Bool

  package init(_ name: String, _ shape: [Int], start: Start, isTrained: Bool = true) {
    self.name = name
    self.shape = shape
    self.start = start
    self.isTrained = isTrained
  }

  package var count: Int { shape.reduce(1, *) }
}

/// Where a layer is built.
package struct LayerSite {
  package let input: ImageShape
  package let output: ImageShape
  package let activation: Activation
  package let parameters: [Parameter]
  /// The layer's place in the network, which names its random streams during training.
  package let index: Int
}
