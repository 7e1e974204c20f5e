/// A gray picture in block characters, two rows of pixels in a line of text.
package struct BlockPicture {
  private let tile: GrayTile
  private let style: TerminalStyle

  package init(_ tile: GrayTile, style: TerminalStyle) {
    self.tile = tile
    self.style = style
  }

  package var width: Int { tile.width }

  /// As wide as the picture, all of them; light pixels are light.
  package var lines: [String] {
    (0..<(tile.height + 1) / 2).map { line in style.hasColor ? colored(line) : plain(line) }
  }

  private func pixel(_ column: Int, _ row: Int) -> UInt8 {
    row < tile.height ? tile.pixels[row * tile.width + column] : 0
  }

  /// The upper half in the colour of the text, the lower in that behind it, of the 24 grays that terminals have.
  private func colored(_ line: Int) -> String {
    var text = ""
    var last = (-1, -1)
    for column in 0..<tile.width {
      let codes = (Self.gray(pixel(column, 2 * line)), Self.gray(pixel(column, 2 * line + 1)))
      if codes != last {
        text += "\u{1B}[38;5;\(codes.0);48;5;\(codes.1)m"
        last = codes
      }
      text += "▀"
    }
    return text + "\u{1B}[0m"
  }

  private static func gray(_ value: UInt8) -> Int { 232 + Int(value) * 24 / 256 }

  /// Ink or none.
  private func plain(_ line: Int) -> String {
    (0..<tile.width).map { column in
      switch (pixel(column, 2 * line) >= 85, pixel(column, 2 * line + 1) >= 85) {
      case (true, true): "█"
      case (true, false): "▀"
      case (false, true): "▄"
      case (false, false): " "
      }
    }.joined()
  }
}
