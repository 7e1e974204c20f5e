import CZlib

/// A picture of few colours, or a small one of any, small enough to stand in a page as text.
package struct PalettePicture: Equatable, Sendable {
  /// The colours that pixels point to.
  package enum Palette: Equatable, Sendable {
    /// Even steps from black to white, of so many bits.
    case gray(bits: Int)
    /// The same, where place 1 is no gray but shows what lies behind.
    case grayWithHoles(bits: Int)
    /// 255 steps: orange for the lowest, white in the middle, blue for the highest.
    case diverging
    /// Pixels are red, green and blue.
    case none
    /// The same, where three bytes of `hole` are no color but show what lies behind.
    case noneWithHoles

    fileprivate var isColor: Bool { self == .none || self == .noneWithHoles }
  }

  package let width: Int
  package let height: Int
  package let palette: Palette
  /// `height x width` places in the palette, or three bytes for each pixel.
  package let pixels: [UInt8]

  /// The place in a palette with holes that is one.
  static let hole: UInt8 = 1

  /// A value of a color, to a step of 16 of which none is a hole.
  static func step(color: UInt8) -> UInt8 { color & 0xF0 | color >> 4 }

  /// The step of a gray value, of so many bits, that is no hole.
  static func step(gray: UInt8, bits: Int) -> UInt8 {
    let step = UInt8((Int(gray) * ((1 << bits) - 1) + 127) / 255)
    return step == hole ? 0 : step
  }

  package init(width: Int, height: Int, palette: Palette, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * (palette.isColor ? 3 : 1),
      "one place for each pixel, or three bytes")
    self.width = width
    self.height = height
    self.palette = palette
    self.pixels = pixels
  }

  /// Gray values from 0 to 255, brought to the steps that `bits` can tell apart.
  package init(gray: [UInt8], width: Int, height: Int, bits: Int = 8) {
    let most = (1 << bits) - 1
    self.init(
      width: width, height: height, palette: .gray(bits: bits),
      pixels: bits == 8 ? gray : gray.map { UInt8((Int($0) * most + 127) / 255) })
  }

  /// Numbers between `-limit` and `limit`.
  package init(diverging values: [Float], limit: Float, width: Int, height: Int) {
    self.init(
      width: width, height: height, palette: .diverging,
      pixels: values.map { value in
        guard limit > 0, value.isFinite else { return 127 }
        return UInt8((127 + 127 * min(max(value / limit, -1), 1)).rounded())
      })
  }

  /// The PNG file as an address that needs no request.
  package var dataAddress: String { "data:image/png;base64," + Base64.text(png) }

  package var png: [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let (bits, colorType): (Int, UInt8) =
      switch palette {
      case .gray(let bits), .grayWithHoles(let bits): (bits, 0)
      case .diverging: (8, 3)
      case .none, .noneWithHoles: (8, 2)
      }
    Self.chunk("IHDR", Self.word(width) + Self.word(height) + [UInt8(bits), colorType, 0, 0, 0], to: &file)
    if palette == .diverging { Self.chunk("PLTE", Self.divergingColors, to: &file) }
    if case .grayWithHoles = palette { Self.chunk("tRNS", [0, Self.hole], to: &file) }
    if palette == .noneWithHoles {
      Self.chunk("tRNS", [0, Self.hole, 0, Self.hole, 0, Self.hole], to: &file)
    }
    Self.chunk("IDAT", Self.compressed(rows(bits: bits)), to: &file)
    Self.chunk("IEND", [], to: &file)
    return file
  }

  /// Rows behind a zero each, which says that they are not filtered; pixels packed from the highest bit.
  private func rows(bits: Int) -> [UInt8] {
    if palette.isColor {
      var rows: [UInt8] = []
      for row in 0..<height {
        rows.append(0)
        rows += pixels[3 * width * row..<3 * width * (row + 1)]
      }
      return rows
    }
    let rowBytes = (width * bits + 7) / 8
    var rows = [UInt8](repeating: 0, count: (rowBytes + 1) * height)
    for row in 0..<height {
      let start = row * (rowBytes + 1) + 1
      for column in 0..<width {
        let bit = column * bits
        rows[start + bit / 8] |= pixels[row * width + column] << UInt8(8 - bits - bit % 8)
      }
    }
    return rows
  }

  private static let divergingColors: [UInt8] = (0..<255).flatMap { place -> [UInt8] in
    let end: (Double, Double, Double) = place < 127 ? (184, 80, 0) : (11, 98, 164)
    let share = abs(Double(place) - 127) / 127
    func mixed(_ color: Double) -> UInt8 { UInt8((250 + (color - 250) * share).rounded()) }
    return [mixed(end.0), mixed(end.1), mixed(end.2)]
  }

  private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var room = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(room))
    // It can fail only for want of memory or room. A higher level takes six times as long for no fewer bytes.
    let status = compress2(&result, &room, bytes, UInt(bytes.count), 6)
    precondition(status == Z_OK, "zlib compresses into the room it asks for")
    return Array(result[..<Int(room)])
  }

  private static func chunk(_ name: StaticString, _ data: [UInt8], to file: inout [UInt8]) {
    let body = name.withUTF8Buffer { Array($0) } + data
    file += word(data.count) + body
    file += word(Int(crc32(0, body, UInt32(body.count))))
  }

  private static func word(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

/// Bytes as text of 64 signs, three to four.
enum Base64 {
  private static let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var group = part.reduce(0) { $0 << 8 | Int($1) }
      group <<= 8 * (3 - part.count)
      for place in 0..<4 {
        text.append(place <= part.count ? signs[group >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
