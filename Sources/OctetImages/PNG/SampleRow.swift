import CPNG

/// Turns the samples of one file's rows into gray.
///
/// What depends on the file alone, such as the gray of each palette entry, is computed once.
struct SampleRow {
  /// The gray of each one-byte sample: palette entries, or gray with its transparent value; unused for the other types.
  private var table = [UInt8](repeating: 0, count: 256)
  /// What the table was made for, if it is the same for each file of that type.
  private var tabulated: (type: UInt8, depth: UInt8)?
  private var header = octet_png_header()
  private var background: UInt8 = 255

  /// Whether the samples are gray values as they stand in the file, so that there is nothing to convert.
  private(set) var areGray = false
  /// The gray values of the last row; the first `count` are its.
  private(set) var values: [UInt8] = []

  /// - Parameter palette: 256 entries of red, green, blue and alpha.
  mutating func begin(_ header: octet_png_header, palette: UnsafePointer<UInt8>, background: UInt8) {
    self.header = header
    self.background = background
    if values.count < Int(header.width) { values = [UInt8](repeating: 0, count: Int(header.width)) }
    let isPlain = header.color_type == PNGColorType.gray.rawValue && header.has_transparent_color == 0
    areGray = isPlain && header.depth == 8
    if isPlain, let tabulated, tabulated == (header.color_type, header.depth) { return }
    tabulated = isPlain ? (header.color_type, header.depth) : nil
    switch PNGColorType(rawValue: header.color_type) {
    case .palette:
      for index in 0..<256 {
        let entry = palette + 4 * index
        let gray = GrayFormula.gray(UInt32(entry[0]), UInt32(entry[1]), UInt32(entry[2]))
        table[index] = GrayFormula.over(UInt32(background), gray: gray, alpha: UInt32(entry[3]))
      }
    case .gray where header.depth <= 8:
      for index in 0..<256 {
        // Samples of fewer bits have fewer values; the rest of the table is never asked for.
        table[index] = GrayFormula.scaled(UInt8(index), depth: Int(header.depth))
      }
      if header.has_transparent_color != 0 {
        table[Int(header.transparent_color.0 & 255)] = background
      }
    default: break
    }
  }

  /// Fills `values` from the samples of a row.
  ///
  /// `row.samples` points to `row.count` pixels of the header's depth and type, and `row.count` is at most its width:
  /// the shim sees to both.
  ///
  /// - Returns: the place in the row of the first pixel whose palette entry does not exist; nil when all is well.
  mutating func convert(_ row: octet_png_row) -> Int? {
    guard let samples = row.samples else { return nil }
    let count = Int(row.count)
    switch (PNGColorType(rawValue: header.color_type), header.depth == 16) {
    case (.palette, _): return convertPalette(samples, count)
    case (.gray, false): for index in 0..<count { values[index] = table[Int(samples[index])] }
    case (.gray, true): convertGray16(samples, count)
    case (.grayAlpha, false): convertGrayAlpha(samples, count)
    case (.grayAlpha, true): convertGrayAlpha16(samples, count)
    case (.rgb, false): convertRGB(samples, count)
    case (.rgb, true): convertRGB16(samples, count)
    case (.rgba, false): convertRGBA(samples, count)
    case (.rgba, true): convertRGBA16(samples, count)
    case (nil, _): break
    }
    return nil
  }
}

extension SampleRow {
  private mutating func convertPalette(_ samples: UnsafePointer<UInt8>, _ count: Int) -> Int? {
    let entries = header.palette_count
    for index in 0..<count {
      guard samples[index] < entries else { return index }
      values[index] = table[Int(samples[index])]
    }
    return nil
  }

  private mutating func convertGrayAlpha(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    for index in 0..<count {
      values[index] = GrayFormula.over(
        UInt32(background), gray: UInt32(samples[2 * index]), alpha: UInt32(samples[2 * index + 1]))
    }
  }

  private mutating func convertRGB(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    let key = header.transparent_color
    let hasKey = header.has_transparent_color != 0
    for index in 0..<count {
      let pixel = samples + 3 * index
      if hasKey, pixel[0] == key.0, pixel[1] == key.1, pixel[2] == key.2 {
        values[index] = background
      } else {
        let gray = GrayFormula.gray(UInt32(pixel[0]), UInt32(pixel[1]), UInt32(pixel[2]))
        values[index] = UInt8(truncatingIfNeeded: gray)
      }
    }
  }

  private mutating func convertRGBA(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    for index in 0..<count {
      let pixel = samples + 4 * index
      let gray = GrayFormula.gray(UInt32(pixel[0]), UInt32(pixel[1]), UInt32(pixel[2]))
      values[index] = GrayFormula.over(UInt32(background), gray: gray, alpha: UInt32(pixel[3]))
    }
  }
}

// Of 16 bits.
extension SampleRow {
  /// The background on the scale of 65535.
  private var background16: UInt32 { UInt32(background) * 257 }

  @inline(__always)
  private func sample(_ start: UnsafePointer<UInt8>, _ index: Int) -> UInt32 {
    UInt32(start[2 * index]) << 8 | UInt32(start[2 * index + 1])
  }

  private mutating func convertGray16(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    let hasKey = header.has_transparent_color != 0
    for index in 0..<count {
      let gray = sample(samples, index)
      values[index] =
        hasKey && gray == header.transparent_color.0 ? background : GrayFormula.byte(gray)
    }
  }

  private mutating func convertGrayAlpha16(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    for index in 0..<count {
      values[index] = GrayFormula.over16(
        background16, gray: sample(samples, 2 * index), alpha: sample(samples, 2 * index + 1))
    }
  }

  private mutating func convertRGB16(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    let key = header.transparent_color
    let hasKey = header.has_transparent_color != 0
    for index in 0..<count {
      let (red, green, blue) = (
        sample(samples, 3 * index), sample(samples, 3 * index + 1), sample(samples, 3 * index + 2)
      )
      let isKey = hasKey && red == key.0 && green == key.1 && blue == key.2
      values[index] = isKey ? background : GrayFormula.byte(GrayFormula.gray(red, green, blue))
    }
  }

  private mutating func convertRGBA16(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    for index in 0..<count {
      let gray = GrayFormula.gray(
        sample(samples, 4 * index), sample(samples, 4 * index + 1), sample(samples, 4 * index + 2))
      values[index] = GrayFormula.over16(background16, gray: gray, alpha: sample(samples, 4 * index + 3))
    }
  }
}
