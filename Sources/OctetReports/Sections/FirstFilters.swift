import OctetNetwork

/// The weights of the first layer as pictures: windows of a convolution, or what each unit of a dense layer looks for.
package struct FirstFilters: Sendable {
  private let name: String
  private let shape: ImageShape
  private let filters: [[Float]]
  private let count: Int

  private static let most = 64
  private static let largestSide = 56

  /// - Parameters:
  ///   - shape: of one filter.
  ///   - filters: each `height x width x channels`.
  ///   - name: of the layer.
  package init(name: String, shape: ImageShape, filters: [[Float]]) {
    self.name = name
    self.shape = shape
    count = filters.count
    self.filters = Array(filters.prefix(Self.most))
  }

  var figure: Figure {
    let columns = filters.count <= 8 ? max(filters.count, 1) : filters.count <= 32 ? 8 : 12
    let rows = (filters.count + columns - 1) / columns
    // Weights that share a cell, those of several channels among them, are shown by their mean.
    let step = (max(shape.height, shape.width) + Self.largestSide - 1) / Self.largestSide
    let (height, width) = ((shape.height + step - 1) / step, (shape.width + step - 1) / step)
    let across = columns * width
    // The sum of floats may be beyond a float; their mean is not.
    var sums = [Double](repeating: 0, count: across * height * rows)
    var counts = sums
    for (index, filter) in filters.enumerated() {
      let start = index / columns * height * across + index % columns * width
      for (place, weight) in filter.enumerated() {
        let (row, column) = (place / shape.channels / shape.width, place / shape.channels % shape.width)
        sums[start + row / step * across + column / step] += Double(weight)
        counts[start + row / step * across + column / step] += 1
      }
    }
    let values = zip(sums, counts).map { Float($0 / max($1, 1)) }
    let limit = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    let picture = PalettePicture(diverging: values, limit: limit, width: across, height: height * rows)
    let drawn = min(360.0, Double(columns) * 64)
    var drawing = Drawing(
      width: 360, height: Drawing.mosaicHeight(picture, columns: columns, rows: rows, width: drawn),
      alternative:
        "The weights of \(filters.count) filters of \(name), \(shape.height) by \(shape.width) each.")
    drawing.mosaic(picture, columns: columns, rows: rows, 0, 0, drawn)
    let left = count > filters.count ? " The first \(filters.count) of \(count) are shown." : ""
    return Figure(
      name: "filters", title: "What the first layer looks for",
      caption: "Weights of \(name): blue where ink speaks for it, orange where it speaks against it.\(left)",
      drawing: drawing)
  }
}
