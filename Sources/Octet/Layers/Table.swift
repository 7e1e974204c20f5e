extension LayerKind {
  /// A function of one value, as 256 results.
  package enum Table {
    @inline(__always)
    package static var traits: LayerTraits { .lookup | .channelwise | .keepsChannels }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let table = run.model.table(shape)
      let values = run.rows(step.source)[0]
      let result = run.memory.place(step.target).assumingMemoryBound(to: Int8.self)
      for place in 0..<shape.output.rowValues { result[place] = table[Int(values[place]) &+ 128] }
    }
  }
}
