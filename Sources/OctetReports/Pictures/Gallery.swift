/// Small pictures with a few words under each: rows of a page, which break where the screen ends.
package struct Gallery: Sendable {
  /// One picture.
  package struct Tile: Sendable {
    let picture: PalettePicture
    let lines: [String]
    let alternative: String

    package init(_ picture: PalettePicture, lines: [String], alternative: String) {
      self.picture = picture
      self.lines = lines
      self.alternative = alternative
    }
  }

  package let name: String
  package let title: String
  package let caption: String
  package let tiles: [Tile]
  /// Whether there is more room for the words.
  package let isRoomy: Bool

  package init(name: String, title: String, caption: String = "", tiles: [Tile], isRoomy: Bool = false) {
    self.name = name
    self.title = title
    self.caption = caption
    self.tiles = tiles
    self.isRoomy = isRoomy
  }

  func write(to page: inout Markup) {
    if tiles.isEmpty { return }
    page.element("div", ["class": "gallery"]) { page in
      page.element("h3", text: title)
      if !caption.isEmpty { page.element("p", ["class": "muted"], text: caption) }
      writeTiles(to: &page)
    }
  }

  private func writeTiles(to page: inout Markup) {
    page.element("ul", ["class": isRoomy ? "tiles roomy" : "tiles"]) { page in
      for tile in tiles {
        page.element("li") { page in
          var drawing = Drawing(width: 56, height: 56, alternative: tile.alternative)
          drawing.image(tile.picture, inSquareOf: 56)
          drawing.write(to: &page)
          for (index, line) in tile.lines.enumerated() {
            if index == 0 {
              page.element("b", text: line)
            } else {
              page.leaf("br")
              page.element("span", index == 1 ? [:] : ["class": "muted"], text: line)
            }
          }
        }
      }
    }
  }

  /// All tiles in one drawing.
  package var figure: Figure {
    let columns = 8.0
    let (tileWidth, textTop) = (88.0, 72.0)
    let lineCount = Double(tiles.map(\.lines.count).max() ?? 0)
    let tileHeight = textTop + 14 * lineCount + 8
    let rows = (Double(tiles.count) / columns).rounded(.up)
    var drawing = Drawing(
      width: tileWidth * min(columns, Double(tiles.count)), height: tileHeight * rows,
      alternative: "\(title). " + tiles.map(\.alternative).joined(separator: "; "))
    for (index, tile) in tiles.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: Int(columns))
      let (x, y) = (Double(column) * tileWidth, Double(row) * tileHeight)
      var picture = Drawing(width: 56, height: 56, alternative: "")
      picture.image(tile.picture, inSquareOf: 56)
      drawing.add(picture, x + 16, y)
      for (line, text) in tile.lines.enumerated() {
        drawing.write(
          TextWidth.cut(text, to: 15), x + tileWidth / 2, y + textTop + 14 * Double(line),
          line == 0 ? "mid b" : line == 1 ? "mid" : "mid m")
      }
    }
    return Figure(name: name, title: title, caption: caption, isWide: true, drawing: drawing)
  }
}

extension Drawing {
  /// The picture as large as fits, in the middle.
  mutating func image(_ picture: PalettePicture, inSquareOf side: Double) {
    let scale = side / Double(max(picture.width, picture.height))
    let (width, height) = (Double(picture.width) * scale, Double(picture.height) * scale)
    image(picture, (side - width) / 2, (side - height) / 2, width, height)
  }
}
