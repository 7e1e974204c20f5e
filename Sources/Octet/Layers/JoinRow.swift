/// A row of a layer that makes one value of two, each brought to the scale of the output.
struct JoinRow {
  let first: UnsafePointer<Int8>
  let second: UnsafePointer<Int8>
  let result: UnsafeMutablePointer<Int8>
  let count: Int
  let shape: LayerShape
  let other: TensorRecord

  @inline(__always)
  init(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
    other = run.model.tensor(Int(shape.layer.secondInput))
    first = run.rows(step.source)[0]
    second = run.rows(RowSource(other, from: step.row, columns: 0))[0]
    result = (run.arena + step.target).assumingMemoryBound(to: Int8.self)
    count = shape.output.rowValues
    self.shape = shape
  }

  /// - Parameter join: gets two values of at most `255 * 2^21 < 2^29`, and gives one of at most twice that.
  @inline(__always)
  func compute(_ join: (Int32, Int32) -> Int32) {
    let record = shape.layer
    let multiplierA = Int32(truncatingIfNeeded: record.firstMultiplier)
    let multiplierB = Int32(truncatingIfNeeded: record.secondMultiplier)
    let zeroA = Int32(shape.input.zeroPoint)
    let zeroB = Int32(other.zeroPoint)
    let zeroPoint = Int32(shape.output.zeroPoint)
    let shift = Int32(record.inputShift)
    for index in 0..<count {
      let joined = join(
        (Int32(first[index]) &- zeroA) &* multiplierA, (Int32(second[index]) &- zeroB) &* multiplierB)
      // Half goes up.
      let value = ((joined &+ (1 &<< (shift &- 1))) &>> shift) &+ zeroPoint
      result[index] = Int8(
        truncatingIfNeeded: min(max(value, Int32(record.minimum)), Int32(record.maximum)))
    }
  }
}
