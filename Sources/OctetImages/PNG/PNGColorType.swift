/// What the samples of a PNG file's pixels are. The raw value is the byte in the file.
package enum PNGColorType: UInt8, CaseIterable, Sendable {
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
