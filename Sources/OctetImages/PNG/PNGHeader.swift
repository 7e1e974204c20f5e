import CPNG

/// What a PNG file says about itself before its pixels.
package struct PNGHeader: Equatable, Sendable {
  package enum ColorType: UInt8, CaseIterable, Sendable {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6

    /// Samples of one pixel.
    package var channels: Int {
      switch self {
      case .gray, .palette: 1
      case .grayAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }
  }

  package let width: Int
  package let height: Int
  /// Bits per sample: 1, 2, 4, 8 or 16.
  package let depth: Int
  package let colorType: ColorType
  package let isInterlaced: Bool

  /// Nil for a color type that libpng would not have let through.
  init?(_ header: octet_png_header) {
    guard let colorType = ColorType(rawValue: header.color_type) else { return nil }
    width = Int(header.width)
    height = Int(header.height)
    depth = Int(header.depth)
    self.colorType = colorType
    isInterlaced = header.is_interlaced != 0
  }
}
