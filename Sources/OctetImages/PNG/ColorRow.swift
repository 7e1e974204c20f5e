import CPNG

/// Turns the samples of one file's rows into red, green and blue, by the rules that `SampleRow` has for gray: the same
/// steps from the file's depth to 8 bits, over the same background, but without the mean of the three.
struct ColorRow {
  private let takesBlueFirst: Bool
  /// Three bytes of each palette entry, over the background.
  private var palette = [UInt8](repeating: 0, count: 3 * 256)
  private var header = octet_png_header()
  private var background: UInt8 = 255
  /// Gray files have the gray of `SampleRow` three times.
  private var gray = SampleRow()

  /// Three bytes for each pixel of the last row, at the front.
  private(set) var values: [UInt8] = []
  /// Whether the samples are red, green and blue as they stand in the file, so that there is nothing to convert.
  private(set) var areColors = false

  init(takesBlueFirst: Bool) { self.takesBlueFirst = takesBlueFirst }

  /// - Parameter palette: 256 entries of red, green, blue and alpha.
  mutating func begin(_ header: octet_png_header, palette: UnsafePointer<UInt8>, background: UInt8) {
    self.header = header
    self.background = background
    areColors =
      header.color_type == PNGColorType.rgb.rawValue && header.depth == 8
      && header.has_transparent_color == 0 && !takesBlueFirst
    if values.count < 3 * Int(header.width) {
      values = [UInt8](repeating: 0, count: 3 * Int(header.width))
    }
    gray.begin(header, palette: palette, background: background)
    guard header.color_type == PNGColorType.palette.rawValue else { return }
    for index in 0..<256 {
      let entry = palette + 4 * index
      for channel in 0..<3 {
        self.palette[3 * index + channel] = GrayFormula.over(
          UInt32(background), gray: UInt32(entry[channel]), alpha: UInt32(entry[3]))
      }
    }
  }

  /// Fills `values` from the samples of a row, as `SampleRow.convert` does.
  ///
  /// - Returns: the place in the row of the first pixel whose palette entry does not exist; nil when all is well.
  mutating func convert(_ row: octet_png_row) -> Int? {
    guard let samples = row.samples else { return nil }
    let count = Int(row.count)
    switch (PNGColorType(rawValue: header.color_type), header.depth == 16) {
    case (.palette, _):
      for index in 0..<count {
        let entry = Int(samples[index])
        guard entry < Int(header.palette_count) else { return index }
        set(index, palette[3 * entry], palette[3 * entry + 1], palette[3 * entry + 2])
      }
    case (.gray, _), (.grayAlpha, _):
      // Never a palette, so there is no place that could be wrong.
      if !gray.areGray { _ = gray.convert(row) }
      for index in 0..<count {
        let value = gray.areGray ? samples[index] : gray.values[index]
        set(index, value, value, value)
      }
    case (.rgb, false): convertRGB(samples, count)
    case (.rgba, false): convertRGBA(samples, count)
    case (.rgb, true): convertRGB16(samples, count)
    case (.rgba, true): convertRGBA16(samples, count)
    case (nil, _): break
    }
    return nil
  }

  @inline(__always)
  private mutating func set(_ index: Int, _ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    values[3 * index] = takesBlueFirst ? blue : red
    values[3 * index + 1] = green
    values[3 * index + 2] = takesBlueFirst ? red : blue
  }
}

extension ColorRow {
  private mutating func convertRGB(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    let key = header.transparent_color
    let hasKey = header.has_transparent_color != 0
    for index in 0..<count {
      let pixel = samples + 3 * index
      if hasKey, pixel[0] == key.0, pixel[1] == key.1, pixel[2] == key.2 {
        set(index, background, background, background)
      } else {
        set(index, pixel[0], pixel[1], pixel[2])
      }
    }
  }

  private mutating func convertRGBA(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    for index in 0..<count {
      let pixel = samples + 4 * index
      func over(_ value: UInt8) -> UInt8 {
        GrayFormula.over(UInt32(background), gray: UInt32(value), alpha: UInt32(pixel[3]))
      }
      set(index, over(pixel[0]), over(pixel[1]), over(pixel[2]))
    }
  }

  @inline(__always)
  private func sample(_ start: UnsafePointer<UInt8>, _ index: Int) -> UInt32 {
    UInt32(start[2 * index]) << 8 | UInt32(start[2 * index + 1])
  }

  private mutating func convertRGB16(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    let key = header.transparent_color
    let hasKey = header.has_transparent_color != 0
    for index in 0..<count {
      let (red, green, blue) = (
        sample(samples, 3 * index), sample(samples, 3 * index + 1), sample(samples, 3 * index + 2)
      )
      if hasKey, red == key.0, green == key.1, blue == key.2 {
        set(index, background, background, background)
      } else {
        set(index, GrayFormula.byte(red), GrayFormula.byte(green), GrayFormula.byte(blue))
      }
    }
  }

  private mutating func convertRGBA16(_ samples: UnsafePointer<UInt8>, _ count: Int) {
    // On the scale of 65535.
    let background = UInt32(background) * 257
    for index in 0..<count {
      let alpha = sample(samples, 4 * index + 3)
      func over(_ channel: Int) -> UInt8 {
        GrayFormula.over16(background, gray: sample(samples, 4 * index + channel), alpha: alpha)
      }
      set(index, over(0), over(1), over(2))
    }
  }
}
