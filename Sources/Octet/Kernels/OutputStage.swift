/// What happens to accumulators on their way out: requantize, add the zero point, clamp, and maybe a table.
public struct OutputStage {
  package let bias: UnsafePointer<Int32>
  package let multipliers: UnsafePointer<Int32>
  package let shifts: UnsafePointer<UInt8>
  package let zeroPoint: Int32
  package let minimum: Int32
  package let maximum: Int32
  package let roundsTwice: Bool
  package let table: UnsafePointer<Int8>?
  /// Whether the output is int16 rather than int8.
  package let isWide: Bool

  /// The value before the table.
  @inline(__always)
  package func clamped(_ accumulator: Int32, channel: Int) -> Int32 {
    clamped(accumulator, channel: channel, roundsTwice: roundsTwice)
  }

  /// The same where loops know the rounding beforehand.
  @inline(__always)
  package func clamped(_ accumulator: Int32, channel: Int, roundsTwice: Bool) -> Int32 {
    let multiplier = multipliers[channel]
    let shift = shifts[channel]
    let value =
      roundsTwice
      ? Requantization.requantizeTwice(accumulator, multiplier: multiplier, shift: shift)
      : Requantization.requantize(accumulator, multiplier: multiplier, shift: shift)
    return min(max(value &+ zeroPoint, minimum), maximum)
  }

  /// Writes one output value at `index` of `output`.
  @inline(__always)
  package func write(_ accumulator: Int32, channel: Int, to output: UnsafeMutableRawPointer, at index: Int) {
    let value = clamped(accumulator, channel: channel)
    if isWide {
      let bits = UInt16(truncatingIfNeeded: value).littleEndian
      output.storeBytes(of: bits, toByteOffset: 2 &* index, as: UInt16.self)
      return
    }
    var narrow = Int8(truncatingIfNeeded: value)
    if let table { narrow = table[Int(narrow) &+ 128] }
    output.storeBytes(of: narrow, toByteOffset: index, as: Int8.self)
  }
}
