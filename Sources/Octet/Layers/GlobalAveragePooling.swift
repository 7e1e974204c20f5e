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
      let output = MeanStage(run.model, shape)
      let sums = run.accumulators(shape.layer)
      let cells = Int32(shape.input.height) &* Int32(shape.input.width)
      for channel in 0..<Int(shape.output.channels) {
        output.write(sums[channel], cells: cells, pair: 0, to: run.memory.place(step.target), at: channel)
      }
    }
  }
}
