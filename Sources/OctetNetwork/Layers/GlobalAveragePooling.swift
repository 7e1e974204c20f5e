/// The mean of each channel over the whole image.
package struct GlobalAveragePooling: LayerSpecification {
  package static let keyword = "globalaveragepool"
  package static let grammar = "globalaveragepool"
  package static let summary = "mean of each channel"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(flat: input.channels)
  }
}
