/// Turns an image into a flat vector, row by row, channels last. The values stay as they are.
package struct Flatten: LayerSpecification {
  package static let keyword = "flatten"
  package static let grammar = "flatten"
  package static let summary = "turns an image into a flat vector, channels last"

  package init() {}
  package var computes: Bool { false }

  package init(words: inout LineWords) throws(NetworkError) {}

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(flat: input.count)
  }
}
