extension LayerKind {
  /// The square of the difference of two values, place by place.
  package enum SquaredDifference {
    @inline(__always)
    package static var traits: LayerTraits {
      .secondInput | .channelwise | .keepsChannels | .clamp | .factorsOfInputs | .squares
    }

    /// All three products are rounded twice. Inputs are raised by 2^7 and an input's factor is at most a half, so each
    /// comes to at most `255 * 2^6`, and the square of their difference to `(255 * 2^7)^2`, which is below 2^30.
    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let row = JoinRow(step, shape, run)
      row.write { a, b in
        let difference =
          Requantization.requantizeTwice(a &<< 7, multiplier: row.firstMultiplier, shift: row.firstShift)
          &- Requantization.requantizeTwice(b &<< 7, multiplier: row.secondMultiplier, shift: row.secondShift)
        return Requantization.requantize(
          difference &* difference, multiplier: row.multiplier, shift: row.shift, row.rounding)
      }
    }
  }
}
