/// Every output is a weighted sum of every input.
package struct Dense: LayerSpecification {
  package static let keyword = "dense"
  package static let grammar = "dense UNITS [no-bias] [ACTIVATION]"
  package static let summary = "every output is a weighted sum of all inputs; the input must be flat"

  package let units: Int
  package let hasBias: Bool

  package init(units: Int, hasBias: Bool = true) {
    self.units = units
    self.hasBias = hasBias
  }

  package init(words: inout LineWords) throws(NetworkError) {
    let units = try words.takeInteger("a number of units", in: 1...65_536)
    self.init(units: units, hasBias: !words.takeIf("no-bias"))
  }

  package var settings: String { hasBias ? "\(units)" : "\(units) no-bias" }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    guard input.isFlat else { throw ShapeMismatch("put a flatten or globalaveragepool line before dense") }
    return ImageShape(flat: units)
  }

  package func parameters(for input: ImageShape) -> [ParameterDescription] {
    let weight = ParameterDescription(
      "weight", [input.count, units], start: .uniform(fanIn: input.count, fanOut: units))
    return hasBias ? [weight, ParameterDescription("bias", [units], start: .constant(0))] : [weight]
  }

  package func multiplyAdds(input: ImageShape, output: ImageShape) -> Int { input.count * units }
}
