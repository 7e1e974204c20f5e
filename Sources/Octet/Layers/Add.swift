extension LayerKind {
  /// The sum of two values of one shape.
  package enum Add {
    @inline(__always)
    package static var traits: LayerTraits {
      .secondInput | .channelwise | .keepsChannels | .clamp | .factorsOfInputs
    }

    static func compute(_ row: JoinRow) {
      if row.rounding.isTwice {
        row.computeRoundingTwice { $0 &+ $1 }
      } else {
        row.compute { $0 &+ $1 }
      }
    }
  }
}
