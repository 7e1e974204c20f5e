/// From samples to gray, in integers. docs/IMAGES.md states the same formulas.
///
/// Color becomes gray by the weights of ITU-R BT.601 in 1/65536, applied to the stored values: no gamma is undone.
/// Alpha is composed over the background. Each step rounds to the nearest, half up.
package enum GrayFormula {
  /// They add up to 65536, so that gray stays as it is and white stays white.
  static let red: UInt32 = 19_595
  static let green: UInt32 = 38_470
  static let blue: UInt32 = 7_471

  /// Of samples of 8 or 16 bits. The sum is at most `65535 x 65536 + 32768`, which a UInt32 holds.
  @inline(__always)
  package static func gray(_ red: UInt32, _ green: UInt32, _ blue: UInt32) -> UInt32 {
    (Self.red &* red &+ Self.green &* green &+ Self.blue &* blue &+ 32_768) >> 16
  }

  /// A sample of `depth` bits below 8 on the scale to 255; exact, as 1, 3 and 15 divide 255.
  package static func scaled(_ sample: UInt8, depth: Int) -> UInt8 {
    switch depth {
    case 1: sample &* 255
    case 2: sample &* 85
    case 4: sample &* 17
    default: sample
    }
  }

  /// From the scale to 65535 to that to 255.
  @inline(__always)
  package static func byte(_ value: UInt32) -> UInt8 {
    // (v * 255 + 32767) / 65535 for v up to 65535; the quotient is at most 255.
    UInt8(truncatingIfNeeded: (value &* 255 &+ 32_767) / 65_535)
  }

  /// `gray` and `background` on the scale of 255.
  @inline(__always)
  package static func over(_ background: UInt32, gray: UInt32, alpha: UInt32) -> UInt8 {
    UInt8(truncatingIfNeeded: (gray &* alpha &+ background &* (255 &- alpha) &+ 127) / 255)
  }

  /// All but the result on the scale of 65535. The sum is at most `65535 x 65535 + 32767`, which a UInt32 holds.
  @inline(__always)
  package static func over16(_ background: UInt32, gray: UInt32, alpha: UInt32) -> UInt8 {
    byte((gray &* alpha &+ background &* (65_535 &- alpha) &+ 32_767) / 65_535)
  }
}
