extension LayerKind {
  /// Weighted sums over the whole input. Over several rows, each is folded into accumulators as it appears.
  ///
  /// Weights: [output][input row][input column][input channel].
  package enum Dense {
    @inline(__always)
    package static var traits: LayerTraits { .weights | .wholeInput | .clamp | .wideOutput }

    /// - Parameter zeroPoint: what is taken from each number of `b`.
    @inline(__always)
    static func product(
      _ a: UnsafePointer<Int8>, _ b: UnsafePointer<Int8>, count: Int, less zeroPoint: Int16
    ) -> Int32 {
      var sum: Int32 = 0
      // In 16 bits, which holds -255 to 255, so that vectors can multiply pairs.
      for index in 0..<count { sum &+= Int32(a[index]) &* Int32(Int16(b[index]) &- zeroPoint) }
      return sum
    }

    /// The outputs: from accumulators, or at once where the input is a single row.
    @inline(__always)
    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext, _ kernels: some RowKernels) {
      let output = OutputStage(run.model, shape)
      let target = run.memory.place(step.target)
      if shape.keepsAccumulators {
        let sums = FinishedSums(
          layer: step.layer, sums: UnsafePointer(run.accumulators(shape.layer)),
          count: Int(shape.output.channels))
        kernels.finish(sums, output, to: target)
      } else if IncludedKinds.weightZeroPoints, shape.layer.weightZeroPoint != 0 {
        let row = DenseRow(step, shape, run)
        multiply(row, output, to: target, weightsLess: shape.layer.weightZeroPoint)
      } else if IncludedKinds.packedWeights, shape.layer.weightEncoding != .int8 {
        kernels.multiply(packed: DenseRow(step, shape, run), output, to: target)
      } else {
        kernels.multiply(DenseRow(step, shape, run), output, to: target)
      }
    }

    /// One input row into every accumulator.
    @inline(never)
    static func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
      add(row, to: accumulators, weightsLess: 0)
    }

    /// Every output from a single row.
    @inline(never)
    static func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
      write(row, output, to: target, weightsLess: 0)
    }

    // The same for weights with a zero point. Kernels never see these.

    @inline(never)
    static func fold(
      _ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>, weightsLess zeroPoint: Int8
    ) { add(row, to: accumulators, weightsLess: Int16(zeroPoint)) }

    @inline(never)
    static func multiply(
      _ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer, weightsLess zeroPoint: Int8
    ) { write(row, output, to: target, weightsLess: Int16(zeroPoint)) }

    // The same for weights of fewer bits.

    @inline(__always)
    private static func product(_ row: DenseRow, output: Int) -> Int32 {
      var line = PackedLine(row.weights + output &* row.weightsPerOutput, row.encoding)
      var sum: Int32 = 0
      for index in 0..<row.count { sum &+= Int32(row.values[index]) &* line.take() }
      return sum
    }

    @inline(never)
    static func fold(packed row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
      for output in 0..<row.outputs { accumulators[output] &+= product(row, output: output) }
    }

    @inline(never)
    static func multiply(packed row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
      for index in 0..<row.outputs {
        output.write(
          output.bias[index] &+ product(row, output: index), channel: index, to: target, at: index)
      }
    }

    @inline(__always)
    private static func add(
      _ row: DenseRow, to accumulators: UnsafeMutablePointer<Int32>, weightsLess zeroPoint: Int16
    ) {
      var weights = row.weights
      for output in 0..<row.outputs {
        accumulators[output] &+= product(row.values, weights, count: row.count, less: zeroPoint)
        weights += row.weightsPerOutput
      }
    }

    @inline(__always)
    private static func write(
      _ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer, weightsLess zeroPoint: Int16
    ) {
      var weights = row.weights
      for index in 0..<row.outputs {
        let sum = output.bias[index] &+ product(row.values, weights, count: row.count, less: zeroPoint)
        output.write(sum, channel: index, to: target, at: index)
        weights += row.weightsPerOutput
      }
    }
  }
}

/// One row of the input of a dense layer, and the weights that belong to it. Good during the call that gets it.
public struct DenseRow {
  /// The layer's place in the model, for kernels that keep prepared weights.
  public let layer: Int
  /// Which row of the input, from 0.
  public let row: Int
  /// The row's `count` values, as the layer before wrote them: with its zero point, which the bias makes up for.
  public let values: UnsafePointer<Int8>
  /// Values in the row, and weights of each output for it.
  public let count: Int
  /// The weights of output 0 for this row, in the layer's encoding.
  public let weights: UnsafePointer<Int8>
  /// Bytes from the weights of one output to those of the next; of int8 as many as weights.
  public let weightsPerOutput: Int
  #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
    /// How the weights are stored.
    public let encoding: WeightEncoding
  #else
    /// A byte each.
    public var encoding: WeightEncoding { .int8 }
  #endif
  /// Outputs of the layer.
  public let outputs: Int

  /// - Parameter step: folds a row, or computes the outputs from the only one.
  init(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
    let values = shape.input.rowValues
    layer = step.layer
    row = step.action == .fold ? step.row : 0
    self.values = run.rows(step.source)[0]
    count = values
    #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
      encoding = shape.layer.weightEncoding
      let bytes = Int(encoding.bytes(UInt32(truncatingIfNeeded: values)))
    #else
      let bytes = values
    #endif
    weights = run.model.weights(shape) + row &* bytes
    weightsPerOutput = Int(shape.input.height) &* bytes
    outputs = Int(shape.output.channels)
  }
}

/// The accumulators of a dense layer after the last row of its input. Good during the call that gets them.
public struct FinishedSums {
  /// The layer's place in the model.
  public let layer: Int
  /// A sum for each output, bias included.
  public let sums: UnsafePointer<Int32>
  /// Outputs of the layer.
  public let count: Int
}
