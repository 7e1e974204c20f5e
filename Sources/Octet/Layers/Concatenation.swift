extension LayerKind {
  /// Two values one after the other along the axis in which the output is larger: channels, columns or rows.
  package enum Concatenation {
    @inline(__always)
    package static var traits: LayerTraits { .secondInput | .concatenation | .clamp }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let row = JoinRow(step, shape, run)
      let other = run.model.tensor(Int(shape.layer.secondInput))
      if shape.output.height != shape.input.height {
        let isFirst = step.row < Int(shape.input.height)
        row.copy(isFirst: isFirst, from: 0, to: 0, count: shape.output.rowValues)
        return
      }
      // Cells of so many values from each; a row of columns is one cell.
      let isChannels = shape.output.width == shape.input.width
      let ownCount = isChannels ? Int(shape.input.channels) : shape.input.rowValues
      let otherCount = isChannels ? Int(other.channels) : other.rowValues
      var (own, rest, target) = (0, 0, 0)
      while target < shape.output.rowValues {
        row.copy(isFirst: true, from: own, to: target, count: ownCount)
        row.copy(isFirst: false, from: rest, to: target &+ ownCount, count: otherCount)
        own &+= ownCount
        rest &+= otherCount
        target &+= ownCount &+ otherCount
      }
    }
  }
}

extension JoinRow {
  /// Brings values of one input to the scale of the output.
  fileprivate func copy(isFirst: Bool, from start: Int, to place: Int, count: Int) {
    let source = (isFirst ? first : second) + start
    let target = target + place
    let multiplier = isFirst ? firstMultiplier : secondMultiplier
    let inputZeroPoint = isFirst ? firstZeroPoint : secondZeroPoint
    let (zeroPoint, minimum, maximum) = (zeroPoint, minimum, maximum)
    let shift = Int32(shift)
    if multiplier == 1 &<< shift, inputZeroPoint == zeroPoint, minimum == -128, maximum == 127 {
      target.update(from: source, count: count)
      return
    }
    for index in 0..<count {
      let product = (Int32(source[index]) &- inputZeroPoint) &* multiplier
      let value = ((product &+ (1 &<< (shift &- 1))) &>> shift) &+ zeroPoint
      target[index] = Int8(truncatingIfNeeded: min(max(value, minimum), maximum))
    }
  }
}
