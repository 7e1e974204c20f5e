import OctetImages

/// Pixels as a browser's canvas gives them become those that the tool reads from a PNG file of red, green, blue and
/// alpha: by the same formulas, in the same order, over white.
enum BrowserPixels {
  private static var white: UInt32 { 255 }

  static func gray(_ pixels: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { grays, initialized in
      for place in 0..<count {
        let pixel = pixels + 4 * place
        let gray = GrayFormula.gray(UInt32(pixel[0]), UInt32(pixel[1]), UInt32(pixel[2]))
        grays[place] = GrayFormula.over(white, gray: gray, alpha: UInt32(pixel[3]))
      }
      initialized = count
    }
  }

  static func color(_ pixels: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * count) { colors, initialized in
      for place in 0..<count {
        let pixel = pixels + 4 * place
        for channel in 0..<3 {
          colors[3 * place + channel] = GrayFormula.over(
            white, gray: UInt32(pixel[channel]), alpha: UInt32(pixel[3]))
        }
      }
      initialized = 3 * count
    }
  }
}
