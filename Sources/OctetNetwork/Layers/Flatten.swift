/// Turns an image into a flat vector, row by row, channels last. The values stay as they are.
package struct Flatten: LayerSpecification {
  package static let keyword = "flatten"
  package static let grammar = "flatten"
  package static let summary = "turns an image into a flat vector, channels last"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(flat: input.count)
  }
}

/// An activation on a line of its own, for networks that put something between a layer and its activation.
package struct ActivationOnly: LayerSpecification {
  package static let keyword = "activation"
  package static let grammar = "activation linear|relu|sigmoid|tanh|softmax"
  package static let summary = "an activation by itself; its name alone is enough"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {
    guard let word = words.peek, Activation(rawValue: word) != nil else {
      throw words.failure("expected \(Self.grammar)")
    }
  }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }
}
