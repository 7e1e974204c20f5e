extension LayerKind {
  /// The first of two values less the second, place by place.
  package enum Subtract {
    @inline(__always)
    package static var traits: LayerTraits {
      .secondInput | .channelwise | .keepsChannels | .clamp | .factorsOfInputs
    }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let row = JoinRow(step, shape, run)
      if row.rounding.isTwice {
        row.computeRoundingTwice { $0 &- $1 }
      } else {
        row.compute { $0 &- $1 }
      }
    }
  }
}
