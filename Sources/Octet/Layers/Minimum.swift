extension LayerKind {
  /// The smaller of two values, place by place.
  package enum Minimum {
    @inline(__always)
    package static var traits: LayerTraits { .secondInput | .channelwise | .keepsChannels | .clamp }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      JoinRow(step, shape, run).compute { min($0, $1) }
    }
  }
}
