import OctetNetwork

/// How a model's own format lays out one item of its input or output, and where those numbers are in Octet's value.
package struct ArrayLayout: Equatable, Sendable {
  /// The item's shape as the format declares it, without the batch, such as `[1, 28, 28]`.
  package var shape: [Int]
  /// Element `i` of the item, row-major, is element `places[i]` of Octet's value (rows, columns, channels); nil when
  /// they are the same.
  package var places: [Int]?

  package init(shape: [Int], places: [Int]? = nil) {
    self.shape = shape
    self.places = places
  }

  /// Octet's own order: rows, columns, channels, or one row of numbers.
  package init(_ shape: ImageShape) {
    self.init(shape: shape.isFlat ? [shape.channels] : [shape.height, shape.width, shape.channels])
  }

  /// Numbers in one item.
  package var count: Int { shape.reduce(1, *) }

  /// The item's numbers in the order of Octet's value.
  package func value<Element>(_ item: ArraySlice<Element>) -> [Element] {
    guard let places else { return Array(item) }
    var value = Array(item)
    for (place, element) in zip(places, item) { value[place] = element }
    return value
  }

  /// The numbers of Octet's value in the item's order.
  package func item<Element>(_ value: [Element]) -> [Element] {
    places.map { $0.map { value[$0] } } ?? value
  }
}
