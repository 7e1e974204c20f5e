/// A row of a layer that makes one value of two, each brought to the scale of the output. Good during the call that
/// gets it.
public struct JoinRow {
  /// The layer's place in the model.
  public let layer: Int
  /// `count` values of the first input.
  public let first: UnsafePointer<Int8>
  /// As many of the second, or of an uneven row fewer, which are those of each place.
  public let second: UnsafePointer<Int8>
  /// Where the row goes.
  public let target: UnsafeMutablePointer<Int8>
  /// Values of the row.
  public let count: Int
  /// Values of the second input, after which it starts again.
  let secondCount: Int
  /// Zero point of the first input.
  public let firstZeroPoint: Int32
  /// Zero point of the second input.
  public let secondZeroPoint: Int32
  /// Added after the last shift.
  public let zeroPoint: Int32
  /// Multiplier of the first input.
  public let firstMultiplier: Int32
  /// Multiplier of the second input.
  public let secondMultiplier: Int32
  /// Multiplier of the sum, where it has one.
  public let multiplier: Int32
  /// Shift of the first input, where its product is rounded.
  public let firstShift: UInt8
  /// Shift of the second input, likewise.
  public let secondShift: UInt8
  /// Shift of the sum.
  public let shift: UInt8
  /// The smallest value.
  public let minimum: Int32
  /// The largest value.
  public let maximum: Int32
  /// Half up, or twice.
  public let rounding: Rounding

  @inline(__always)
  init(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
    let record = shape.layer
    let other = run.model.tensor(Int(record.secondInput))
    let factors = InputFactors(run.model, record)
    layer = step.layer
    first = run.rows(step.source)[0]
    target = run.memory.place(step.target).assumingMemoryBound(to: Int8.self)
    count = shape.output.rowValues
    firstZeroPoint = Int32(shape.input.zeroPoint)
    switch record.operand {
    case .tensor:
      let row = shape.firstRowOfSecond(under: step.row, other)
      second = run.rows(RowSource(other, from: row, columns: 0))[0]
      secondCount = IncludedKinds.unevenJoins ? other.rowValues : count
      secondZeroPoint = Int32(other.zeroPoint)
    case .channelConstants, .constants:
      let isWhole = record.operand == .constants
      second =
        run.model.operandConstants(shape) + (isWhole ? step.row &* count : 0)
      secondCount = isWhole ? count : Int(shape.output.channels)
      secondZeroPoint = Int32(Int8(bitPattern: factors.operandZeroPoint))
    }
    zeroPoint = Int32(shape.output.zeroPoint)
    firstMultiplier = Int32(truncatingIfNeeded: factors.first)
    secondMultiplier = Int32(truncatingIfNeeded: factors.second)
    multiplier = Int32(truncatingIfNeeded: factors.output)
    firstShift = factors.firstShift
    secondShift = factors.secondShift
    shift = factors.outputShift
    minimum = Int32(record.minimum)
    maximum = Int32(record.maximum)
    rounding = record.rounding
  }

  /// Whether both inputs have a value for each of the row; others are not given to kernels.
  @inline(__always)
  var isEven: Bool { !IncludedKinds.unevenJoins || secondCount == count }

  /// - Parameter join: gets two values of at most `255 * 2^21 < 2^29`, and gives one of at most twice that.
  @inline(__always)
  func compute(_ join: (Int32, Int32) -> Int32) {
    let (multiplierA, multiplierB, shift) = (firstMultiplier, secondMultiplier, Int32(shift))
    write { a, b in
      // Half goes up.
      (join(a &* multiplierA, b &* multiplierB) &+ (1 &<< (shift &- 1))) &>> shift
    }
  }

  /// A sum or a difference where all three products are rounded twice. Inputs are raised by 2^20 and stay below
  /// `2^28`; a factor is at most a half, so what they come to stays below `2^28` too.
  @inline(__always)
  func computeRoundingTwice(_ join: (Int32, Int32) -> Int32) {
    write { a, b in
      let sum = join(
        Requantization.requantizeTwice(a &<< 20, multiplier: firstMultiplier, shift: firstShift),
        Requantization.requantizeTwice(b &<< 20, multiplier: secondMultiplier, shift: secondShift))
      return Requantization.requantizeTwice(sum, multiplier: multiplier, shift: shift)
    }
  }

  /// - Parameter joined: gets two values less their zero points.
  @inline(__always)
  func write(_ joined: (Int32, Int32) -> Int32) {
    // Copies, so that what is written to the target need not be thought to change them.
    let (zeroA, zeroB, zeroPoint) = (firstZeroPoint, secondZeroPoint, zeroPoint)
    let (minimum, maximum) = (minimum, maximum)
    guard IncludedKinds.unevenJoins else {
      for index in 0..<count {
        let value = joined(Int32(first[index]) &- zeroA, Int32(second[index]) &- zeroB) &+ zeroPoint
        target[index] = Int8(truncatingIfNeeded: min(max(value, minimum), maximum))
      }
      return
    }
    let period = secondCount
    var start = 0
    while start < count {
      let (values, result) = (first + start, target + start)
      for index in 0..<period {
        let value = joined(Int32(values[index]) &- zeroA, Int32(second[index]) &- zeroB) &+ zeroPoint
        result[index] = Int8(truncatingIfNeeded: min(max(value, minimum), maximum))
      }
      start &+= period
    }
  }
}
