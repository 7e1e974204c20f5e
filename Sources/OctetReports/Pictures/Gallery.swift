import OctetText

/// Small pictures with a few words under each: rows of a page, which break where the screen ends.
package struct Gallery: Sendable {
  /// One picture.
  package struct Tile: Sendable {
    let picture: PalettePicture
    let lines: [String]
    let alternative: String
    /// The section that tells more.
    let link: String?

    package init(_ picture: PalettePicture, lines: [String], alternative: String, link: String? = nil) {
      self.picture = picture
      self.lines = lines
      self.alternative = alternative
      self.link = link
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
    let isNarrow = tiles.count <= (isRoomy ? 3 : 6)
    page.element("div", ["class": isNarrow ? "gallery few" : "gallery"]) { page in
      page.element("h3", text: title)
      if !caption.isEmpty { page.element("p", ["class": "muted"], text: caption) }
      writeTiles(to: &page)
    }
  }

  /// Whether the words under pictures are wider than these.
  private var hasLongWords: Bool {
    tiles.contains { $0.lines.contains { $0.split(separator: " ").contains { $0.columns > 9 } } }
  }

  private func writeTiles(to page: inout Markup) {
    page.element("ul", ["class": isRoomy ? "tiles roomy" : hasLongWords ? "tiles long" : "tiles"]) { page in
      for tile in tiles {
        page.element("li") { page in
          if let link = tile.link {
            page.element("a", ["href": "#\(link)"]) { tile.write(to: &$0) }
          } else {
            tile.write(to: &page)
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
          TextWidth.fitted(text, within: tileWidth, isBold: line == 0), x + tileWidth / 2,
          y + textTop + 14 * Double(line),
          line == 0 ? "mid b" : line == 1 ? "mid" : "mid m")
      }
    }
    return Figure(name: name, title: title, caption: caption, isWide: true, drawing: drawing)
  }
}

extension Gallery.Tile {
  fileprivate func write(to page: inout Markup) {
    var drawing = Drawing(width: 56, height: 56, alternative: alternative)
    drawing.image(picture, inSquareOf: 56)
    drawing.write(to: &page)
    for (index, line) in lines.enumerated() {
      if index == 0 {
        page.element("b", text: line)
      } else {
        page.leaf("br")
        page.element("span", index == 1 ? [:] : ["class": "muted"], text: line)
      }
    }
  }
}

extension Drawing {
  /// The picture as large as fits, in the middle; that of a series is pulled apart, so that it can be seen.
  mutating func image(_ picture: PalettePicture, inSquareOf side: Double) {
    let scale = side / Double(max(picture.width, picture.height))
    let width = max(Double(picture.width) * scale, side / 4)
    let height = max(Double(picture.height) * scale, side / 4)
    image(picture, (side - width) / 2, (side - height) / 2, width, height)
  }
}
