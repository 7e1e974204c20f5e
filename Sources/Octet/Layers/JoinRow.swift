/// A row of a layer that makes one value of two, each brought to the scale of the output.
struct JoinRow {
  let first: UnsafePointer<Int8>
  let second: UnsafePointer<Int8>
  let result: UnsafeMutablePointer<Int8>
  let count: Int
  let shape: LayerShape
  let other: TensorRecord
  let factors: InputFactors

  @inline(__always)
  init(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
    other = run.model.tensor(Int(shape.layer.secondInput))
    first = run.rows(step.source)[0]
    second = run.rows(RowSource(other, from: step.row, columns: 0))[0]
    result = (run.arena + step.target).assumingMemoryBound(to: Int8.self)
    count = shape.output.rowValues
    self.shape = shape
    factors = InputFactors(run.model, shape.layer)
  }

  /// - Parameter join: gets two values of at most `255 * 2^21 < 2^29`, and gives one of at most twice that.
  @inline(__always)
  func compute(_ join: (Int32, Int32) -> Int32) {
    let multiplierA = Int32(truncatingIfNeeded: factors.first)
    let multiplierB = Int32(truncatingIfNeeded: factors.second)
    let shift = Int32(factors.outputShift)
    write { a, b in
      // Half goes up.
      (join(a &* multiplierA, b &* multiplierB) &+ (1 &<< (shift &- 1))) &>> shift
    }
  }

  /// A sum where all three products are rounded twice. Inputs are raised by 2^20 and stay below `2^28`; a factor is
  /// at most a half, so their sum stays below `2^28` too.
  func addRoundingTwice() {
    let factors = factors
    func scaled(_ value: Int32, _ multiplier: UInt32, _ shift: UInt8) -> Int32 {
      Requantization.requantizeTwice(
        value, multiplier: Int32(truncatingIfNeeded: multiplier), shift: shift)
    }
    write { a, b in
      let sum =
        scaled(a &<< 20, factors.first, factors.firstShift)
        &+ scaled(b &<< 20, factors.second, factors.secondShift)
      return scaled(sum, factors.output, factors.outputShift)
    }
  }

  /// - Parameter joined: gets two values less their zero points.
  @inline(__always)
  private func write(_ joined: (Int32, Int32) -> Int32) {
    let record = shape.layer
    let zeroA = Int32(shape.input.zeroPoint)
    let zeroB = Int32(other.zeroPoint)
    let zeroPoint = Int32(shape.output.zeroPoint)
    let (minimum, maximum) = (Int32(record.minimum), Int32(record.maximum))
    for index in 0..<count {
      let value = joined(Int32(first[index]) &- zeroA, Int32(second[index]) &- zeroB) &+ zeroPoint
      result[index] = Int8(truncatingIfNeeded: min(max(value, minimum), maximum))
    }
  }
}
