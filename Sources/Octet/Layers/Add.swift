extension LayerKind {
  /// The sum of two values of one shape.
  package enum Add {
    @inline(__always)
    package static var traits: LayerTraits {
      .secondInput | .channelwise | .keepsChannels | .clamp | .factorsOfInputs
    }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let row = JoinRow(step, shape, run)
      if shape.layer.rounding.isTwice {
        row.addRoundingTwice()
      } else {
        row.compute { $0 &+ $1 }
      }
    }
  }
}
