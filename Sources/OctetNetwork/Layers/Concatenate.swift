/// The output of a named layer behind the running value, along one axis.
package struct Concatenate: LayerSpecification {
  package static let keyword = "concatenate"
  package static let grammar = "concatenate [along rows|columns|channels] NAME [ACTIVATION]"
  package static let summary =
    "puts the output of a named layer above behind the value, along its channels unless told"

  package let axis: ImageAxis

  package init(_ axis: ImageAxis = .channels) { self.axis = axis }

  package init(words: inout LineWords) throws(NetworkError) {
    guard words.takeIf("along") else {
      self.init()
      return
    }
    let word = try words.take("rows, columns or channels")
    guard let axis = ImageAxis(rawValue: word) else {
      throw words.failure("expected rows, columns or channels after along, found \"\(word)\"")
    }
    self.init(axis)
  }

  package var settings: String { axis == .channels ? "" : "along \(axis.rawValue)" }
  package var joins: Bool { true }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }

  package func outputShape(joining inputs: [ImageShape]) throws(ShapeMismatch) -> ImageShape {
    let (one, other) = (inputs[0], inputs[1])
    func fits(_ extents: KeyPath<ImageShape, Int>...) -> Bool {
      extents.allSatisfy { one[keyPath: $0] == other[keyPath: $0] }
    }
    let fits =
      switch axis {
      case .rows: fits(\.width, \.channels)
      case .columns: fits(\.height, \.channels)
      case .channels: fits(\.height, \.width)
      }
    guard fits else {
      throw ShapeMismatch("the other value is \(other): only the number of \(axis.rawValue) may differ")
    }
    return ImageShape(
      height: one.height + (axis == .rows ? other.height : 0),
      width: one.width + (axis == .columns ? other.width : 0),
      channels: one.channels + (axis == .channels ? other.channels : 0))
  }
}

/// An axis of an image.
package enum ImageAxis: String, Hashable, Sendable {
  case rows, columns, channels
}
