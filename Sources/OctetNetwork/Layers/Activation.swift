/// An activation on a line of its own, for networks that put something between a layer and its activation.
package struct ActivationOnly: LayerSpecification {
  package static let keyword = "activation"
  package static let grammar = "activation linear|relu|sigmoid|tanh|softmax|FUNCTION"
  package static let summary = "an activation by itself; its name alone is enough"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {
    guard let word = words.peek, Activation(word: word) != nil else {
      throw words.failure("expected \(Self.grammar)")
    }
  }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }
}
