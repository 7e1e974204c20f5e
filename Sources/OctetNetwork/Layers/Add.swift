/// The sum of the running value and another value of the same shape: the joint of a residual block.
package struct Add: LayerSpecification {
  package static let keyword = "add"
  package static let grammar = "add NAME [ACTIVATION]"
  package static let summary = "adds the output of a named layer above, which has the same shape"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package var joins: Bool { true }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }
}
