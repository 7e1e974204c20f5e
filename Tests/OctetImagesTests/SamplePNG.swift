import CPNGWriting
import OctetHost
import OctetImages

/// A picture of any kind as its samples, which libpng writes and a formula of the tests' own turns into gray.
struct SamplePNG {
  var width: Int
  var height: Int
  var depth: Int
  var colorType: PNGColorType
  var isInterlaced = false
  /// `height x width x channels`, unscaled.
  var samples: [UInt16]
  /// Red, green, blue.
  var palette: [[UInt8]] = []
  var paletteAlpha: [UInt8] = []
  var transparentColor: [UInt16]?
  var hasAncillaryChunks = false

  /// Noise of the kind.
  init(
    width: Int, height: Int, depth: Int, colorType: PNGColorType, isInterlaced: Bool = false,
    isTransparent: Bool = false, random: inout RandomStream
  ) {
    self.width = width
    self.height = height
    self.depth = depth
    self.colorType = colorType
    self.isInterlaced = isInterlaced
    let largest = UInt64(1) << UInt64(depth) - 1
    samples = []
    for _ in 0..<width * height * colorType.channels {
      samples.append(UInt16(random.next() % (largest + 1)))
    }
    if colorType == .palette {
      for _ in 0...Int(largest) { palette.append((0..<3).map { _ in UInt8(random.next() % 256) }) }
      if isTransparent {
        for _ in 0..<max(1, palette.count - 1) { paletteAlpha.append(UInt8(random.next() % 256)) }
      }
    } else if isTransparent {
      // A color that occurs.
      let place = Int(random.next() % UInt64(width * height)) * colorType.channels
      let color = samples[place..<place + colorType.channels]
      transparentColor = colorType == .gray ? [color[place], color[place], color[place]] : Array(color)
    }
  }

  /// An 8-bit gray picture.
  init(_ picture: GrayPicture) {
    width = picture.width
    height = picture.height
    depth = 8
    colorType = .gray
    samples = picture.pixels.map(UInt16.init)
  }

  /// The rows as a PNG file has them.
  private var packedRows: (bytes: [UInt8], rowBytes: Int) {
    let perRow = width * colorType.channels
    var bytes: [UInt8] = []
    for row in 0..<height {
      var bits = 0
      var bitCount = 0
      for sample in samples[row * perRow..<(row + 1) * perRow] {
        bits = bits << depth | Int(sample)
        bitCount += depth
        while bitCount >= 8 {
          bitCount -= 8
          bytes.append(UInt8(bits >> bitCount & 255))
        }
        bits &= (1 << bitCount) - 1
      }
      if bitCount > 0 { bytes.append(UInt8(bits << (8 - bitCount) & 255)) }
    }
    return (bytes, (perRow * depth + 7) / 8)
  }

  /// The file that libpng makes of it.
  var file: [UInt8] {
    let (rows, rowBytes) = packedRows
    let colors = Array(palette.joined())
    return rows.withUnsafeBufferPointer { rows in
      colors.withUnsafeBufferPointer { colors in
        paletteAlpha.withUnsafeBufferPointer { alpha in
          (transparentColor ?? []).withUnsafeBufferPointer { transparent in
            guard let start = rows.baseAddress else { return [] }
            var picture = octet_png_picture(
              width: UInt32(width), height: UInt32(height), depth: Int32(depth),
              color_type: Int32(colorType.rawValue), is_interlaced: isInterlaced ? 1 : 0, rows: start,
              row_bytes: rowBytes, palette: palette.isEmpty ? nil : colors.baseAddress,
              palette_count: Int32(palette.count),
              palette_alpha: paletteAlpha.isEmpty ? nil : alpha.baseAddress,
              palette_alpha_count: Int32(paletteAlpha.count),
              transparent_color: transparentColor == nil ? nil : transparent.baseAddress,
              has_ancillary_chunks: hasAncillaryChunks ? 1 : 0)
            let room = rows.count * 2 + 4096
            return [UInt8](unsafeUninitializedCapacity: room) { target, count in
              guard let start = target.baseAddress else { return }
              count = octet_png_write(&picture, start, room)
            }
          }
        }
      }
    }
  }

  /// The gray of each pixel by the documented formula, in floating point: exact here, as the numbers are small.
  func grays(background: UInt8 = 255) -> [UInt8] {
    values(background) { color in
      [((19_595 * color[0] + 38_470 * color[1] + 7_471 * color[2]) / 65_536 + 0.5).rounded(.down)]
    }
  }

  /// Red, green and blue of each pixel, likewise.
  func colors(background: UInt8 = 255) -> [UInt8] { values(background) { $0 } }

  /// - Parameter channelsOf: what is kept of red, green and blue at the file's depth.
  private func values(_ background: UInt8, channelsOf: ([Double]) -> [Double]) -> [UInt8] {
    let channels = colorType.channels
    return (0..<width * height).flatMap { index in
      let pixel = samples[index * channels..<(index + 1) * channels].map(Double.init)
      let full = depth == 16 ? 65_535.0 : 255.0
      // Samples below 8 bits are stretched.
      let scale = depth < 8 ? 255 / Double((1 << depth) - 1) : 1
      var (color, alpha) = (pixel.map { $0 * scale }, full)
      switch colorType {
      case .gray: color = [color[0], color[0], color[0]]
      case .grayAlpha: (color, alpha) = ([color[0], color[0], color[0]], pixel[1])
      case .rgb: break
      case .rgba: (color, alpha) = (Array(color[0..<3]), pixel[3])
      case .palette:
        let entry = Int(pixel[0])
        color = palette[entry].map(Double.init)
        alpha = entry < paletteAlpha.count ? Double(paletteAlpha[entry]) : 255
      }
      if let transparentColor {
        let key = transparentColor.prefix(channels).map(Double.init)
        if key == pixel { alpha = 0 }
      }
      let back = Double(background) * full / 255
      return channelsOf(color).map { value in
        // Half up: the half is never reached, as 255 and 65535 are odd.
        let composed = ((value * alpha + back * (full - alpha)) / full).rounded()
        return UInt8((composed * 255 / full).rounded())
      }
    }
  }
}

/// Reads a file from memory.
func readPNG(
  _ bytes: [UInt8], limits: PNGLimits = PNGLimits(), background: UInt8 = 255
) throws(PNGError) -> GrayPicture {
  var reader = PNGReader(limits: limits, background: background)
  return try readPNG(bytes, with: &reader)
}

func readPNG(_ bytes: [UInt8], with reader: inout PNGReader) throws(PNGError) -> GrayPicture {
  var picture = GrayPicture()
  // A closure with typed errors would need more ceremony than this.
  var failure: PNGError?
  bytes.withUnsafeBytes { buffer in
    do throws(PNGError) {
      try reader.read(bytes: buffer, name: "sample.png", into: &picture)
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return picture
}
