/// In training, clears a random share of the values and scales up the rest; otherwise does nothing.
package struct Dropout: LayerSpecification {
  package static let keyword = "dropout"
  package static let grammar = "dropout RATE"
  package static let summary = "sets a share of the values to zero in training"

  /// The share that is cleared.
  package let rate: Float

  package init(rate: Float) { self.rate = rate }

  package init(words: inout LineWords) throws(NetworkError) {
    rate = try words.takeNumber("a rate", in: 0...0.99)
  }

  package var computes: Bool { false }
  package var settings: String { "\(rate)" }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }
}
