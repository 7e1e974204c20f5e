import Octet

extension OutputStage {
  /// Writes the outputs of some channels, from sums that are `stride` apart and lack the bias.
  ///
  /// What is the same for all of them is looked at once: most outputs are int8 without a table.
  @inline(never)
  func write<Layout: PatchLayout>(
    _: Layout.Type, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutableRawPointer,
    at index: Int
  ) {
    if isWide || table != nil {
      var sum = sums
      for channel in channels {
        write(
          sum.pointee &+ bias[channel], channel: channel, to: target,
          at: index &+ channel &- channels.lowerBound)
        sum += stride
      }
      return
    }
    Layout.writeNarrow(
      self, sums, stride: stride, channels: channels, to: target.assumingMemoryBound(to: Int8.self) + index)
  }
}

extension PatchLayout {
  /// One after the other.
  @inline(__always)
  public static func writeNarrow(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>
  ) {
    // Two loops, neither of which asks how to round.
    if output.roundsTwice {
      writeEach(output, sums, stride: stride, channels: channels, to: target, roundsTwice: true)
    } else {
      writeEach(output, sums, stride: stride, channels: channels, to: target, roundsTwice: false)
    }
  }

  @inline(__always)
  private static func writeEach(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>, roundsTwice: Bool
  ) {
    // A copy, so that what is written to the target need not be thought to change it.
    let output = output
    var sum = sums
    var result = target
    for channel in channels {
      let value = output.clamped(
        sum.pointee &+ output.bias[channel], channel: channel, roundsTwice: roundsTwice)
      result.pointee = Int8(truncatingIfNeeded: value)
      result += 1
      sum += stride
    }
  }

  /// One after the other.
  @inline(__always)
  public static func keepLargest(_ sums: UnsafeMutablePointer<Int32>, channels: Int) {
    for channel in 0..<channels {
      let four = sums + 4 &* channel
      sums[channel] = max(max(four[0], four[1]), max(four[2], four[3]))
    }
  }
}
