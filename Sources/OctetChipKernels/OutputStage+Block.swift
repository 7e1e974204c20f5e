import Octet

extension OutputStage {
  /// Writes the outputs of some channels, from sums that are `stride` apart and lack the bias.
  ///
  /// What is the same for all of them is looked at once: most outputs are int8 without a table.
  @inline(never)
  func write(
    _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>, to target: UnsafeMutableRawPointer,
    at index: Int
  ) {
    var sum = sums
    if isWide || table != nil {
      for channel in channels {
        write(
          sum.pointee &+ bias[channel], channel: channel, to: target,
          at: index &+ channel &- channels.lowerBound)
        sum += stride
      }
      return
    }
    var result = target.assumingMemoryBound(to: Int8.self) + index
    let minimum = minimum
    let maximum = maximum
    let zeroPoint = zeroPoint
    for channel in channels {
      let value =
        Requantization.requantize(
          sum.pointee &+ bias[channel], multiplier: multipliers[channel], shift: shifts[channel]) &+ zeroPoint
      result.pointee = Int8(truncatingIfNeeded: min(max(value, minimum), maximum))
      result += 1
      sum += stride
    }
  }
}
