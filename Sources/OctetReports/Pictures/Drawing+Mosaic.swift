extension Drawing {
  /// A picture made of cells of one size, with lines in the colour of the paper between them.
  mutating func mosaic(
    _ picture: PalettePicture, columns: Int, rows: Int, _ x: Double, _ y: Double, _ width: Double
  ) {
    let height = width * Double(picture.height) / Double(picture.width)
    image(picture, x, y, width, height)
    for column in 1..<max(columns, 1) {
      let place = x + width * Double(column) / Double(columns)
      line(place, y, place, y + height, "cut")
    }
    for row in 1..<max(rows, 1) {
      let place = y + height * Double(row) / Double(rows)
      line(x, place, x + width, place, "cut")
    }
  }
}
