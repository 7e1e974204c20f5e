extension LayerKind {
  /// The sum of two values of one shape, each brought to the scale of the output.
  package enum Add {
    @inline(__always)
    package static var traits: LayerTraits { .secondInput | .channelwise | .keepsChannels | .clamp }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let record = shape.layer
      let other = run.model.tensor(Int(record.secondInput))
      let a = run.rows(step.source)[0]
      let b = run.rows(RowSource(other, from: step.row, columns: 0))[0]
      let result = (run.arena + step.target).assumingMemoryBound(to: Int8.self)
      let multiplierA = Int32(truncatingIfNeeded: record.addMultiplierA)
      let multiplierB = Int32(truncatingIfNeeded: record.addMultiplierB)
      let zeroA = Int32(shape.input.zeroPoint)
      let zeroB = Int32(other.zeroPoint)
      let zeroPoint = Int32(shape.output.zeroPoint)
      let shift = Int32(record.addShift)
      for index in 0..<shape.output.rowValues {
        let sum = (Int32(a[index]) &- zeroA) &* multiplierA &+ (Int32(b[index]) &- zeroB) &* multiplierB
        // Half goes up.
        let value = ((sum &+ (1 &<< (shift &- 1))) &>> shift) &+ zeroPoint
        result[index] = Int8(
          truncatingIfNeeded: min(max(value, Int32(record.minimum)), Int32(record.maximum)))
      }
    }
  }
}
