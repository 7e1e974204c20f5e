/// Every kind of layer that a file can hold. The raw value is the byte in the file.
///
/// A kind's own file has its traits and its row in plain Swift. All switches over kinds are here; kernels switch over
/// `Weighted`, the kinds that are worth one.
package enum LayerKind: UInt8, Sendable {
  case dense = 1
  case convolution = 2
  case depthwiseConvolution = 3
  case maximumPooling = 4
  case averagePooling = 5
  case globalAveragePooling = 6
  case add = 7
  case table = 8
  case maximum = 9
  case multiply = 10
  case subtract = 11
  case minimum = 12
  case concatenation = 13
  case arrangement = 14
  case resampling = 15
  case softmax = 16
  case squaredDifference = 17

  package var name: StaticString {
    switch self {
    case .dense: "dense"
    case .convolution: "convolution"
    case .depthwiseConvolution: "depthwise convolution"
    case .maximumPooling: "maximum pooling"
    case .averagePooling: "average pooling"
    case .globalAveragePooling: "global average pooling"
    case .add: "add"
    case .table: "table"
    case .maximum: "maximum"
    case .multiply: "multiply"
    case .subtract: "subtract"
    case .minimum: "minimum"
    case .concatenation: "concatenation"
    case .arrangement: "arrangement"
    case .resampling: "resampling"
    case .softmax: "softmax"
    case .squaredDifference: "squared difference"
    }
  }

  /// What the loader, the order of rows and tools have to know of the kind.
  @inline(__always)
  package var traits: LayerTraits {
    switch self {
    case .dense: Dense.traits
    case .convolution: Convolution.traits
    case .depthwiseConvolution: DepthwiseConvolution.traits
    case .maximumPooling: MaximumPooling.traits
    case .averagePooling: AveragePooling.traits
    case .globalAveragePooling: GlobalAveragePooling.traits
    case .add: Add.traits
    case .table: Table.traits
    case .maximum: Maximum.traits
    case .multiply: Multiply.traits
    case .subtract: Subtract.traits
    case .minimum: Minimum.traits
    case .concatenation: Concatenation.traits
    case .arrangement: Arrangement.traits
    case .resampling: Resampling.traits
    case .softmax: Softmax.traits
    case .squaredDifference: SquaredDifference.traits
    }
  }

  /// Whether this program can run the kind: a firmware leaves out those that its model lacks (see `IncludedKinds`).
  @inline(__always)
  var isIncluded: Bool {
    switch self {
    case .dense: IncludedKinds.dense
    case .convolution: IncludedKinds.convolution
    case .depthwiseConvolution: IncludedKinds.depthwiseConvolution
    case .maximumPooling: IncludedKinds.maximumPooling
    case .averagePooling: IncludedKinds.averagePooling
    case .globalAveragePooling: IncludedKinds.globalAveragePooling
    case .add: IncludedKinds.add
    case .table: IncludedKinds.table
    case .maximum: IncludedKinds.maximum
    case .multiply: IncludedKinds.multiply
    case .subtract: IncludedKinds.subtract
    case .minimum: IncludedKinds.minimum
    case .concatenation: IncludedKinds.concatenation
    case .arrangement: IncludedKinds.arrangement
    case .resampling: IncludedKinds.resampling
    case .softmax: IncludedKinds.softmax
    case .squaredDifference: IncludedKinds.squaredDifference
    }
  }

  /// The kinds with weights, bias, multipliers and shifts.
  package enum Weighted: UInt8, Sendable {
    case dense, convolution, depthwiseConvolution
  }

  /// Which of them it is.
  @inline(__always)
  package var weighted: Weighted? {
    switch self {
    case .dense: .dense
    case .convolution: .convolution
    case .depthwiseConvolution: .depthwiseConvolution
    default: nil
    }
  }

  package var hasWeights: Bool { traits.contains(.weights) }
}

extension RunContext {
  /// A row of a layer's output.
  func compute(_ step: RowStep, _ shape: LayerShape, _ kernels: some RowKernels) {
    switch shape.layer.kind {
    case .dense: if IncludedKinds.dense { LayerKind.Dense.compute(step, shape, self, kernels) }
    case .convolution:
      if IncludedKinds.convolution {
        let row = ConvolutionRow(step, shape, self)
        let zeroPoint = shape.layer.weightZeroPoint
        if IncludedKinds.weightZeroPoints, zeroPoint != 0 {
          LayerKind.Convolution.compute(row, weightsLess: zeroPoint)
        } else if IncludedKinds.packedWeights, row.encoding != .int8 {
          kernels.convolve(packed: row)
        } else {
          kernels.convolve(row)
        }
      }
    case .depthwiseConvolution:
      if IncludedKinds.depthwiseConvolution {
        let row = ConvolutionRow(step, shape, self)
        let zeroPoint = shape.layer.weightZeroPoint
        if IncludedKinds.weightZeroPoints, zeroPoint != 0 {
          LayerKind.DepthwiseConvolution.compute(row, weightsLess: zeroPoint)
        } else if IncludedKinds.packedWeights, row.encoding != .int8 {
          kernels.convolveDepthwise(packed: row)
        } else {
          kernels.convolveDepthwise(row)
        }
      }
    case .maximumPooling:
      if IncludedKinds.maximumPooling { LayerKind.MaximumPooling.compute(PoolingRow(step, shape, self)) }
    case .averagePooling:
      if IncludedKinds.averagePooling {
        LayerKind.AveragePooling.compute(PoolingRow(step, shape, self), shape, MeanStage(model, shape))
      }
    case .globalAveragePooling:
      if IncludedKinds.globalAveragePooling { LayerKind.GlobalAveragePooling.compute(step, shape, self) }
    case .add:
      if IncludedKinds.add {
        let row = JoinRow(step, shape, self)
        if row.isEven { kernels.add(row) } else { LayerKind.Add.compute(row) }
      }
    case .table: if IncludedKinds.table { LayerKind.Table.compute(step, shape, self) }
    case .maximum: if IncludedKinds.maximum { LayerKind.Maximum.compute(step, shape, self) }
    case .multiply: if IncludedKinds.multiply { LayerKind.Multiply.compute(step, shape, self) }
    case .subtract: if IncludedKinds.subtract { LayerKind.Subtract.compute(step, shape, self) }
    case .minimum: if IncludedKinds.minimum { LayerKind.Minimum.compute(step, shape, self) }
    case .concatenation: if IncludedKinds.concatenation { LayerKind.Concatenation.compute(step, shape, self) }
    case .arrangement: if IncludedKinds.arrangement { LayerKind.Arrangement.compute(step, shape, self) }
    case .resampling: if IncludedKinds.resampling { LayerKind.Resampling.compute(step, shape, self) }
    case .softmax: if IncludedKinds.softmax { LayerKind.Softmax.compute(step, shape, self) }
    case .squaredDifference:
      if IncludedKinds.squaredDifference { LayerKind.SquaredDifference.compute(step, shape, self) }
    }
  }

  /// A row of a layer's input into its accumulators.
  func fold(_ step: RowStep, _ shape: LayerShape, _ kernels: some RowKernels) {
    switch shape.layer.kind {
    case .dense:
      if IncludedKinds.dense {
        let row = DenseRow(step, shape, self)
        let zeroPoint = shape.layer.weightZeroPoint
        if IncludedKinds.weightZeroPoints, zeroPoint != 0 {
          LayerKind.Dense.fold(row, into: accumulators(shape.layer), weightsLess: zeroPoint)
        } else if IncludedKinds.packedWeights, row.encoding != .int8 {
          kernels.fold(packed: row, into: accumulators(shape.layer))
        } else {
          kernels.fold(row, into: accumulators(shape.layer))
        }
      }
    case .globalAveragePooling:
      if IncludedKinds.globalAveragePooling { LayerKind.GlobalAveragePooling.fold(step, shape, self) }
    // These keep no accumulators.
    default: break
    }
  }
}

/// The kinds of layer that a program can run: all, unless it is built with OCTET_CHOSEN_KINDS and a flag for each kind
/// that its model has, as firmware-sim/build does. What only other kinds need is then not compiled, and a file with one
/// of them is refused as one with an unknown kind.
enum IncludedKinds {
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_DENSE
    @inline(__always) static var dense: Bool { false }
  #else
    @inline(__always) static var dense: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_CONVOLUTION
    @inline(__always) static var convolution: Bool { false }
  #else
    @inline(__always) static var convolution: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_DEPTHWISE_CONVOLUTION
    @inline(__always) static var depthwiseConvolution: Bool { false }
  #else
    @inline(__always) static var depthwiseConvolution: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_MAXIMUM_POOLING
    @inline(__always) static var maximumPooling: Bool { false }
  #else
    @inline(__always) static var maximumPooling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_AVERAGE_POOLING
    @inline(__always) static var averagePooling: Bool { false }
  #else
    @inline(__always) static var averagePooling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_GLOBAL_AVERAGE_POOLING
    @inline(__always) static var globalAveragePooling: Bool { false }
  #else
    @inline(__always) static var globalAveragePooling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_ADD
    @inline(__always) static var add: Bool { false }
  #else
    @inline(__always) static var add: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_TABLE
    @inline(__always) static var table: Bool { false }
  #else
    @inline(__always) static var table: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_MAXIMUM
    @inline(__always) static var maximum: Bool { false }
  #else
    @inline(__always) static var maximum: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_MULTIPLY
    @inline(__always) static var multiply: Bool { false }
  #else
    @inline(__always) static var multiply: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_SUBTRACT
    @inline(__always) static var subtract: Bool { false }
  #else
    @inline(__always) static var subtract: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_MINIMUM
    @inline(__always) static var minimum: Bool { false }
  #else
    @inline(__always) static var minimum: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_CONCATENATION
    @inline(__always) static var concatenation: Bool { false }
  #else
    @inline(__always) static var concatenation: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_ARRANGEMENT
    @inline(__always) static var arrangement: Bool { false }
  #else
    @inline(__always) static var arrangement: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_RESAMPLING
    @inline(__always) static var resampling: Bool { false }
  #else
    @inline(__always) static var resampling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_SOFTMAX
    @inline(__always) static var softmax: Bool { false }
  #else
    @inline(__always) static var softmax: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_SQUARED_DIFFERENCE
    @inline(__always) static var squaredDifference: Bool { false }
  #else
    @inline(__always) static var squaredDifference: Bool { true }
  #endif

  // Parts that are no kinds of layer.

  /// Shifts below 33.
  #if OCTET_CHOSEN_KINDS && !OCTET_COARSE_SHIFTS
    @inline(__always) static var coarseShifts: Bool { false }
  #else
    @inline(__always) static var coarseShifts: Bool { true }
  #endif
  /// Rounding twice.
  #if OCTET_CHOSEN_KINDS && !OCTET_ROUNDING_TWICE
    @inline(__always) static var roundingTwice: Bool { false }
  #else
    @inline(__always) static var roundingTwice: Bool { true }
  #endif
  /// Rounding half away from zero.
  #if OCTET_CHOSEN_KINDS && !OCTET_ROUNDING_AWAY
    @inline(__always) static var roundingAway: Bool { false }
  #else
    @inline(__always) static var roundingAway: Bool { true }
  #endif
  /// Joins with one value for each channel, or with constants.
  #if OCTET_CHOSEN_KINDS && !OCTET_UNEVEN_JOINS
    @inline(__always) static var unevenJoins: Bool { false }
  #else
    @inline(__always) static var unevenJoins: Bool { true }
  #endif
  /// Weights with a zero point.
  #if OCTET_CHOSEN_KINDS && !OCTET_WEIGHT_ZERO_POINTS
    @inline(__always) static var weightZeroPoints: Bool { false }
  #else
    @inline(__always) static var weightZeroPoints: Bool { true }
  #endif
  /// Weights of four bits.
  #if OCTET_CHOSEN_KINDS && !OCTET_INT4_WEIGHTS
    @inline(__always) static var int4Weights: Bool { false }
  #else
    @inline(__always) static var int4Weights: Bool { true }
  #endif
  /// Weights of three values.
  #if OCTET_CHOSEN_KINDS && !OCTET_TERNARY_WEIGHTS
    @inline(__always) static var ternaryWeights: Bool { false }
  #else
    @inline(__always) static var ternaryWeights: Bool { true }
  #endif
  /// Either.
  @inline(__always) static var packedWeights: Bool { int4Weights || ternaryWeights }
  /// Names of classes: a program that never shows them does not look at their text.
  #if OCTET_CHOSEN_KINDS && !OCTET_NAMES
    @inline(__always) static var names: Bool { false }
  #else
    @inline(__always) static var names: Bool { true }
  #endif
  /// Rings and accumulators that share bytes over time, and layers that wait for their whole input.
  #if OCTET_CHOSEN_KINDS && !OCTET_SHARING
    @inline(__always) static var sharing: Bool { false }
  #else
    @inline(__always) static var sharing: Bool { true }
  #endif
  /// A second region of memory, and inputs that the caller holds. Where a chip is built without, an arena is one block;
  /// see `RunMemory`.
  #if OCTET_CHOSEN_KINDS && !OCTET_REGIONS
    @inline(__always) static var regions: Bool { false }
  #else
    @inline(__always) static var regions: Bool { true }
  #endif
  /// Factors and offsets of pixels.
  #if OCTET_CHOSEN_KINDS && !OCTET_PIXEL_MAP
    @inline(__always) static var pixelMap: Bool { false }
  #else
    @inline(__always) static var pixelMap: Bool { true }
  #endif

  /// What at least one of them has. A constant, not a function: the compiler would take long to inline it everywhere.
  static let allTraits: LayerTraits =
    (dense ? LayerKind.Dense.traits : .none)
    | (convolution ? LayerKind.Convolution.traits : .none)
    | (depthwiseConvolution ? LayerKind.DepthwiseConvolution.traits : .none)
    | (maximumPooling ? LayerKind.MaximumPooling.traits : .none)
    | (averagePooling ? LayerKind.AveragePooling.traits : .none)
    | (globalAveragePooling ? LayerKind.GlobalAveragePooling.traits : .none)
    | (add ? LayerKind.Add.traits : .none)
    | (table ? LayerKind.Table.traits : .none)
    | (maximum ? LayerKind.Maximum.traits : .none)
    | (multiply ? LayerKind.Multiply.traits : .none)
    | (subtract ? LayerKind.Subtract.traits : .none)
    | (minimum ? LayerKind.Minimum.traits : .none)
    | (concatenation ? LayerKind.Concatenation.traits : .none)
    | (arrangement ? LayerKind.Arrangement.traits : .none)
    | (resampling ? LayerKind.Resampling.traits : .none)
    | (softmax ? LayerKind.Softmax.traits : .none)
    | (squaredDifference ? LayerKind.SquaredDifference.traits : .none)

  /// What each of them has.
  static let commonTraits: LayerTraits =
    (dense ? LayerKind.Dense.traits : .every)
    & (convolution ? LayerKind.Convolution.traits : .every)
    & (depthwiseConvolution ? LayerKind.DepthwiseConvolution.traits : .every)
    & (maximumPooling ? LayerKind.MaximumPooling.traits : .every)
    & (averagePooling ? LayerKind.AveragePooling.traits : .every)
    & (globalAveragePooling ? LayerKind.GlobalAveragePooling.traits : .every)
    & (add ? LayerKind.Add.traits : .every)
    & (table ? LayerKind.Table.traits : .every)
    & (maximum ? LayerKind.Maximum.traits : .every)
    & (multiply ? LayerKind.Multiply.traits : .every)
    & (subtract ? LayerKind.Subtract.traits : .every)
    & (minimum ? LayerKind.Minimum.traits : .every)
    & (concatenation ? LayerKind.Concatenation.traits : .every)
    & (arrangement ? LayerKind.Arrangement.traits : .every)
    & (resampling ? LayerKind.Resampling.traits : .every)
    & (softmax ? LayerKind.Softmax.traits : .every)
    & (squaredDifference ? LayerKind.SquaredDifference.traits : .every)
}

#if !hasFeature(Embedded)
  // A chip has no arrays.
  extension LayerKind: CaseIterable {}
#endif
