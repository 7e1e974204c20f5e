import Octet
import OctetChipInstructions

extension OutputStage {
  /// The constants of the channels from `first` on, as the inner loops take them.
  @inline(__always)
  func instructions(from first: Int = 0) -> octet_output {
    octet_output(
      bias: bias + first, multipliers: multipliers + first, shifts: shifts + first, zero_point: zeroPoint,
      minimum: minimum, maximum: maximum, rounding: Int32(rounding.rawValue))
  }

  /// Whether outputs are bytes without a table, of channels whose shifts are at least 33.
  @inline(__always)
  var isNarrow: Bool { !isWide && table == nil && !isCoarse }

  /// Whether nothing but the range of a byte limits them.
  @inline(__always)
  var isUnlimited: Bool { minimum == -128 && maximum == 127 }
}

extension ConvolutionRow {
  /// The row as the inner loops take it.
  @inline(__always)
  func instructions() -> octet_window_row {
    octet_window_row(
      slots: input.slots, row_bytes: input.rowBytes, slot_count: input.slotCount, first: input.first,
      input_channels: inputChannels, window_height: windowHeight, window_width: windowWidth,
      stride_across: strideAcross, output_width: outputWidth, output_channels: outputChannels,
      weights: weights, output: output.instructions(), target: target.assumingMemoryBound(to: Int8.self))
  }
}

extension JoinRow {
  /// The row as the inner loops take it.
  @inline(__always)
  func instructions() -> octet_sum_row {
    octet_sum_row(
      first: first, second: second, target: target, count: count, first_zero_point: firstZeroPoint,
      second_zero_point: secondZeroPoint, zero_point: zeroPoint, minimum: minimum, maximum: maximum,
      first_multiplier: firstMultiplier, second_multiplier: secondMultiplier, multiplier: multiplier,
      first_shift: UInt32(firstShift),
      second_shift: UInt32(secondShift), shift: UInt32(shift))
  }
}
