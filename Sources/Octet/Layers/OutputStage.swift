/// What happens to accumulators on their way out: requantize, add the zero point, clamp, and maybe a table.
///
/// `write(_:channel:to:at:)` does all of it. Kernels that do it themselves, on vectors, follow docs/NUMERICS.md.
public struct OutputStage {
  /// What the sum of each output channel starts with.
  public let bias: UnsafePointer<Int32>
  /// Of each output channel, 0 or 2^30 to 2^31 - 1.
  public let multipliers: UnsafePointer<Int32>
  /// Of each output channel, 27 to 62.
  public let shifts: UnsafePointer<UInt8>
  /// Added after the shift.
  public let zeroPoint: Int32
  /// The smallest value before the table.
  public let minimum: Int32
  /// The largest value before the table.
  public let maximum: Int32
  /// How products are rounded.
  public let rounding: Rounding
  /// Whether a shift is below 33, so that a result may not fit 32 bits before the clamp.
  public let isCoarse: Bool
  /// The output for each of the 256 values, that of -128 first; nil for none.
  public let table: UnsafePointer<Int8>?
  /// Whether the output is int16 rather than int8; it then has no table.
  public let isWide: Bool

  /// The value before the table. Loops can look at the rounding beforehand.
  @inline(__always)
  package func clamped(_ accumulator: Int32, channel: Int, _ rounding: Rounding) -> Int32 {
    let (multiplier, shift) = (multipliers[channel], shifts[channel])
    let value =
      IncludedKinds.coarseShifts && isCoarse
      ? Requantization.requantizeCoarsely(accumulator, multiplier: multiplier, shift: shift, rounding)
      : Requantization.requantize(accumulator, multiplier: multiplier, shift: shift, rounding)
    return min(max(value &+ zeroPoint, minimum), maximum)
  }

  /// Requantizes a sum and writes the value.
  ///
  /// - Parameters:
  ///   - accumulator: the sum of an output, bias included.
  ///   - channel: the output's channel.
  ///   - output: where the row starts.
  ///   - index: the value's place in the row, in values.
  @inline(__always)
  public func write(_ accumulator: Int32, channel: Int, to output: UnsafeMutableRawPointer, at index: Int) {
    write(accumulator, channel: channel, to: output, at: index, rounding)
  }

  /// Writes the values of all channels, from sums with their bias that lie side by side.
  public func writeAll(
    _ accumulators: UnsafePointer<Int32>, count: Int, to output: UnsafeMutableRawPointer
  ) {
    guard isPlain else {
      for channel in 0..<count { write(accumulators[channel], channel: channel, to: output, at: channel) }
      return
    }
    writeBytes(
      accumulators, stride: 1, lacksBias: false, channels: 0..<count,
      to: output.assumingMemoryBound(to: Int8.self))
  }

  /// Whether outputs are bytes without a table, and rounded in one of the ways that loops are made for.
  @inline(__always)
  package var isPlain: Bool {
    !isWide && table == nil && !(IncludedKinds.coarseShifts && isCoarse) && !rounding.isAway
  }

  /// Writes the values of some channels, which are int8 and have no table, from sums that are `stride` apart.
  @inline(__always)
  package func writeBytes(
    _ sums: UnsafePointer<Int32>, stride: Int, lacksBias: Bool, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>
  ) {
    #if OCTET_SMALL_CODE
      writeBytes(sums, stride, lacksBias, channels, to: target, rounding)
    #else
      // A loop for each way of rounding, so that none asks.
      if rounding.isTwice {
        writeBytes(sums, stride, lacksBias, channels, to: target, .halfUpThenAway)
      } else {
        writeBytes(sums, stride, lacksBias, channels, to: target, .halfUp)
      }
    #endif
  }

  @inline(__always)
  private func writeBytes(
    _ sums: UnsafePointer<Int32>, _ stride: Int, _ lacksBias: Bool, _ channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>, _ rounding: Rounding
  ) {
    // A copy, so that what is written to the target need not be thought to change it.
    let constants = self
    var sum = sums
    var result = target
    for channel in channels {
      let accumulator = lacksBias ? sum.pointee &+ constants.bias[channel] : sum.pointee
      let value = constants.clamped(accumulator, channel: channel, rounding)
      result.pointee = Int8(truncatingIfNeeded: value)
      result += 1
      sum += stride
    }
  }

  /// The same where the rounding is known.
  #if hasFeature(Embedded) && !OCTET_CHOSEN_KINDS
    // Programs for small devices take every way of rounding: once is enough.
    @inline(never)
  #else
    @inline(__always)
  #endif
  package func write(
    _ accumulator: Int32, channel: Int, to output: UnsafeMutableRawPointer, at index: Int,
    _ rounding: Rounding
  ) {
    let value = clamped(accumulator, channel: channel, rounding)
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

extension OutputStage {
  package init(_ model: ModelRecords, _ shape: LayerShape) {
    self.init(model, shape, Constants(shape, offset: shape.layer.constantsOffset))
  }

  @inline(__always)
  init(_ model: ModelRecords, _ shape: LayerShape, _ constants: Constants) {
    let record = shape.layer
    let bytes = model.bytes
    self.init(
      bias: bytes.words(constants.offset), multipliers: bytes.words(constants.multipliers),
      shifts: bytes.pointer(constants.shifts).assumingMemoryBound(to: UInt8.self),
      zeroPoint: Int32(shape.output.zeroPoint), minimum: Int32(record.minimum),
      maximum: Int32(record.maximum), rounding: record.rounding, isCoarse: record.isCoarse,
      table: record.hasTable ? bytes.signed(constants.table) : nil,
      isWide: shape.output.elementBytes == 2)
  }
}
