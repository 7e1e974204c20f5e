import OctetTraining

/// The weights of the first layer as pictures: windows of a convolution, or what each unit of a dense layer looks for.
package struct FirstFilters: Sendable {
  private let name: String
  private let shape: ImageShape
  private let filters: [[Float]]
  private let count: Int

  private static let most = 64

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
    let width = columns * shape.width
    var values = [Float](repeating: 0, count: width * shape.height * rows)
    let limit = filters.joined().reduce(0) { max($0, abs($1)) }
    for (index, filter) in filters.enumerated() {
      let start = index / columns * shape.height * width + index % columns * shape.width
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          // Of several channels the mean is shown.
          let first = (row * shape.width + column) * shape.channels
          let sum = filter[first..<first + shape.channels].reduce(0, +)
          values[start + row * width + column] = sum / Float(shape.channels)
        }
      }
    }
    let picture = PalettePicture(diverging: values, limit: limit, width: width, height: shape.height * rows)
    let drawn = min(360.0, Double(columns) * 64)
    var drawing = Drawing(
      width: 360, height: drawn * Double(picture.height) / Double(picture.width),
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
