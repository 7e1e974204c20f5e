/// How a pixel becomes an integer of the input where that is not the pixel less 128: a factor and an offset for each
/// channel, in 1/65,536.
package struct PixelMap {
  private let numbers: UnsafePointer<Int32>
  private let channels: Int

  init(_ numbers: UnsafePointer<Int32>, channels: Int) {
    self.numbers = numbers
    self.channels = channels
  }

  /// The factor of a channel.
  package func factor(_ channel: Int) -> Int32 { numbers[2 &* channel] }
  /// The offset of a channel; half a step for rounding is in it.
  package func offset(_ channel: Int) -> Int32 { numbers[2 &* channel &+ 1] }

  /// Brings a row of `width` pixels to the input.
  ///
  /// The loader has checked that no sum leaves 32 bits: `255 * 2^22 + 2^30 < 2^31`.
  package func apply(_ pixels: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Int8>, width: Int) {
    var index = 0
    for _ in 0..<width {
      for channel in 0..<channels {
        let value = (Int32(pixels[index]) &* factor(channel) &+ offset(channel)) &>> 16
        target[index] = Int8(truncatingIfNeeded: min(max(value, -128), 127))
        index &+= 1
      }
    }
  }
}
