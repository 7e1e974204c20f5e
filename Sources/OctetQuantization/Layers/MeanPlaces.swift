import OctetNetwork

/// The places of a layer that takes means: how many cells lie under the window at each, and by what their sum is
/// multiplied.
struct MeanPlaces {
  struct Place {
    let cells: Int
    let scaling: FixedPointScaling

    /// The runtime's integer, before the zero point, for a mean that a float layer has taken of integers.
    ///
    /// A mean times its cells is the sum, which is an integer: the float is off by a few parts in 2^24 of it, and sums
    /// of up to 10,000 cells are below 2^22, so the nearest integer is the sum.
    func value(_ mean: Float) -> Int { scaling.scaled(256 * Int((mean * Float(cells)).rounded())) }
  }

  private let places: [Place]

  init(_ layer: LoweredLayer, _ integers: IntegerLayer) {
    let scalings = integers.layer.scalings
    places = Self.cells(layer).map { Place(cells: $0, scaling: scalings[scalings.count == 1 ? 0 : $0 - 1]) }
  }

  var count: Int { places.count }
  subscript(_ index: Int) -> Place { places[index] }

  private static func cells(_ layer: LoweredLayer) -> [Int] {
    guard let window = layer.kind.movedWindow else {
      return [layer.input.height * layer.input.width]
    }
    let border = window.border(input: layer.input, output: layer.output)
    func counts(_ places: Int, _ step: Int, _ size: Int, _ before: Int, _ extent: Int) -> [Int] {
      (0..<places).map { min($0 * step - before + size, extent) - max($0 * step - before, 0) }
    }
    let rows = counts(
      layer.output.height, window.strideHeight, window.height, border.top, layer.input.height)
    let columns = counts(
      layer.output.width, window.strideWidth, window.width, border.left, layer.input.width)
    return rows.flatMap { row in columns.map { row * $0 } }
  }
}
