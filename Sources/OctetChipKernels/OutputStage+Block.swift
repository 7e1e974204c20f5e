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
    guard isPlain || (Layout.roundsAway && isNarrow) else {
      writeEach(sums, stride: stride, channels: channels, to: target, at: index)
      return
    }
    Layout.writeNarrow(
      self, sums, stride: stride, channels: channels, to: target.assumingMemoryBound(to: Int8.self) + index)
  }

  /// Writes any outputs, one after the other.
  #if OCTET_SMALL_CODE
    @inline(__always)
  #else
    // The loops of `write` need fewer registers without it.
    @inline(never)
  #endif
  func writeEach(
    _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>, to target: UnsafeMutableRawPointer,
    at index: Int
  ) {
    var sum = sums
    for channel in channels {
      write(
        sum.pointee &+ bias[channel], channel: channel, to: target,
        at: index &+ channel &- channels.lowerBound)
      sum += stride
    }
  }
}

extension PatchLayout {
  /// One after the other.
  @inline(__always)
  public static func writeNarrow(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>
  ) {
    output.writeBytes(sums, stride: stride, lacksBias: true, channels: channels, to: target)
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
