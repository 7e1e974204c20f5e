extension LayerKind {
  /// The mean of each channel over the whole input, added up row by row.
  package enum GlobalAveragePooling {
    @inline(__always)
    package static var traits: LayerTraits { .means | .wholeInput | .channelwise | .keepsChannels | .clamp }

    /// One input row into the accumulators.
    static func fold(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let values = run.rows(step.source)[0]
      let sums = run.accumulators(shape.layer)
      let channels = Int(shape.input.channels)
      var index = 0
      for _ in 0..<Int(shape.input.width) {
        for channel in 0..<channels {
          sums[channel] &+= Int32(values[index])
          index &+= 1
        }
      }
    }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let output = OutputStage(run.model, shape)
      let sums = run.accumulators(shape.layer)
      let offset = Int32(shape.input.height) &* Int32(shape.input.width) &* Int32(shape.input.zeroPoint)
      for channel in 0..<Int(shape.output.channels) {
        output.write(
          (sums[channel] &- offset) &* 256, channel: 0, to: run.arena + step.target, at: channel, .halfUp)
      }
    }
  }
}
