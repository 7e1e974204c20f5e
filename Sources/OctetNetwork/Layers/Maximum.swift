/// The larger of the running value and another value of the same shape, place by place.
package struct Maximum: LayerSpecification {
  package static let keyword = "maximum"
  package static let grammar = "maximum NAME [ACTIVATION]"
  package static let summary =
    "larger of the value and the output of a named layer above, which has the same shape"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package var joins: Bool { true }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }
}
