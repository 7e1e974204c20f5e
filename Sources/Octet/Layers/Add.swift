extension LayerKind {
  /// The sum of two values of one shape.
  package enum Add {
    @inline(__always)
    package static var traits: LayerTraits { .secondInput | .channelwise | .keepsChannels | .clamp }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      JoinRow(step, shape, run).compute { $0 &+ $1 }
    }
  }
}
