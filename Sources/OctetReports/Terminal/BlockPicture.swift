/// A picture in block characters, two rows of pixels in a line of text.
package struct BlockPicture {
  private let tile: PictureTile
  private let style: TerminalStyle

  package init(_ tile: PictureTile, style: TerminalStyle) {
    self.tile = tile
    self.style = style
  }

  package var width: Int { tile.width }

  /// As wide as the picture, all of them; light pixels are light.
  package var lines: [String] {
    (0..<(tile.height + 1) / 2).map { line in style.hasColor ? colored(line) : plain(line) }
  }

  /// In gray.
  private func pixel(_ column: Int, _ row: Int) -> UInt8 {
    guard row < tile.height else { return 0 }
    let start = (row * tile.width + column) * tile.channels
    if tile.channels == 1 { return tile.pixels[start] }
    return UInt8(tile.pixels[start..<start + 3].reduce(0) { $0 + Int($1) } / 3)
  }

  /// Of the 24 grays and 216 colours that terminals have.
  private func code(_ column: Int, _ row: Int) -> Int {
    guard tile.channels == 3, row < tile.height else { return Self.gray(pixel(column, row)) }
    let start = (row * tile.width + column) * 3
    return tile.pixels[start..<start + 3].reduce(0) { 6 * $0 + (Int($1) * 5 + 127) / 255 } + 16
  }

  /// The upper half in the colour of the text, the lower in that behind it.
  private func colored(_ line: Int) -> String {
    var text = ""
    var last = (-1, -1)
    for column in 0..<tile.width {
      let codes = (code(column, 2 * line), code(column, 2 * line + 1))
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
