import Octet
import OctetNetwork

/// One integer layer as the file holds it. Layer `i` of a model writes tensor `i + 1`.
package struct QuantizedLayer: Hashable, Sendable {
  package typealias Kind = Octet.LayerKind

  /// How a layer of two inputs brings them to the scale of its output.
  package enum InputScaling: Hashable, Sendable {
    /// A multiplier for each, and a shift of what they come to.
    case shared(first: Int, second: Int, shift: Int)
    /// A factor for each, raised by 2^20, or by 2^7 where their difference is squared, and one of what they come to;
    /// each product is rounded twice.
    case own(first: FixedPointScaling, second: FixedPointScaling, output: FixedPointScaling)
    /// A factor of their product.
    case product(FixedPointScaling)
  }

  /// What a layer of two inputs has in place of the second.
  package struct Constants: Hashable, Sendable {
    package let operand: JoinOperand
    /// One for each channel, or for each value in the order of the tensor; none where there is a second input.
    package let values: [Int8]
    package let zeroPoint: Int

    package init(_ operand: JoinOperand = .layer, _ values: [Int8] = [], zeroPoint: Int = 0) {
      self.operand = operand
      self.values = values
      self.zeroPoint = zeroPoint
    }
  }

  package var kind: Kind
  /// The tensors it reads: one, or two for a kind that joins two.
  package var inputs: [Int]
  package var window = Extent.one
  package var stride = Extent.one
  /// Rows and columns by which the first window lies above and left of the picture.
  package var reach = Extent(0, 0)
  /// The maximum that is taken of the accumulators; 1x1 without.
  package var pool = Extent.one
  /// Nil for the kinds that do not clamp: maximum pooling and table.
  package var clamp: ClosedRange<Int>?
  /// One number per output channel, with the zero-point term; empty where there are no weights.
  package var bias: [Int32] = []
  /// One per output channel of a weighted layer; one per number of cells of an average.
  package var scalings: [FixedPointScaling] = []
  /// How products are rounded; other than half up only where there are weights.
  package var rounding = Rounding.halfUp
  /// In the order of the file.
  package var weights: [Int8] = []
  /// How the file stores them.
  package var encoding = WeightEncoding.int8
  /// What is taken from each weight.
  package var weightZeroPoint = 0
  /// 256 entries, or none.
  package var table: [Int8] = []
  package var inputScaling: InputScaling?
  package var constants = Constants()
  /// The whole section of a kind that moves values, or of softmax, as the file has it.
  package var places: [UInt8] = []

  package init(_ kind: Kind, inputs: [Int]) {
    self.kind = kind
    self.inputs = inputs
  }
}

extension QuantizedLayer {
  /// Lets a window move over the input.
  package mutating func setWindow(_ moved: Window, input: ImageShape, output: ImageShape) {
    window = Extent(moved.height, moved.width)
    stride = Extent(moved.strideHeight, moved.strideWidth)
    let border = moved.border(input: input, output: output)
    reach = Extent(border.top, border.left)
  }

  /// The numbers of cells that a mean may be taken over, in the order of its factors: from one on where a window is cut
  /// at an edge, else that of the whole window or input alone.
  func cellCounts(input: ImageShape, output: ImageShape) -> [Int] {
    let draft = RecordDraft([kind])
    for (index, shape) in [input, output].enumerated() {
      QuantizedTensor(shape: shape, zeroPoint: 0, scale: 1).write(to: draft, tensor: index)
    }
    var alone = self
    alone.inputs = [0]
    alone.write(to: draft, layer: 0)
    let shape = draft.shape(0)
    let most = Int(shape.averagedCells)
    return kind.traits.contains(.window) && shape.isCut ? Array(1...most) : [most]
  }

  /// Writes the layer's record, but for where its constants and accumulators are. What does not fit a field becomes the
  /// largest value that does; `QuantizedModel.fault` finds it.
  func write(to draft: RecordDraft, layer index: Int) {
    func set(_ field: UInt32, _ value: some FixedWidthInteger) { draft.set(field, ofLayer: index, value) }
    func set<Number: FixedWidthInteger>(
      _ height: UInt32, _ width: UInt32, _ extent: Extent, as type: Number.Type
    ) {
      set(height, Number(clamping: extent.height))
      set(width, Number(clamping: extent.width))
    }
    typealias Field = LayerRecord.Field
    typealias Flag = LayerRecord.Flag
    var isCoarse = scalings.contains { $0.shift < Limit.coarseShift }
    if case .product(let factor) = inputScaling { isCoarse = factor.shift < Limit.coarseShift }
    let operand: UInt8 =
      switch constants.operand {
      case .layer: 0
      case .channelConstants: Flag.channelConstants
      case .constants: Flag.constants
      }
    set(
      Field.flags,
      (kind.hasWeights && !table.isEmpty ? Flag.table : 0) | (isCoarse ? Flag.coarse : 0) | operand)
    if !places.isEmpty { draft.set(constants: places, ofLayer: index) }
    set(Field.input, UInt16(clamping: inputs[0]))
    set(Field.secondInput, UInt16(clamping: inputs.count > 1 ? inputs[1] : 0))
    set(Field.inputCount, UInt8(inputs.count))
    set(Field.windowHeight, Field.windowWidth, window, as: UInt16.self)
    set(Field.reachAbove, Field.reachLeft, reach, as: UInt16.self)
    set(Field.strideDown, Field.strideAcross, stride, as: UInt8.self)
    set(Field.dilationDown, Field.dilationAcross, .one, as: UInt8.self)
    set(Field.poolHeight, Field.poolWidth, pool, as: UInt8.self)
    set(Field.groups, UInt16(1))
    set(Field.minimum, Int16(clamp?.lowerBound ?? 0))
    set(Field.maximum, Int16(clamp?.upperBound ?? 0))
    set(Field.rounding, rounding.rawValue)
    set(Field.weightEncoding, encoding.rawValue)
    set(Field.weightZeroPoint, Int8(weightZeroPoint))
  }

  /// Whether all sizes fit the bytes of a record.
  var fitsRecord: Bool {
    [window, reach].allSatisfy { max($0.height, $0.width) <= Int(Limit.extent) }
      && [stride, pool].allSatisfy { max($0.height, $0.width) <= Int(UInt8.max) }
  }
}

extension QuantizedLayer.InputScaling {
  /// The finest multipliers for inputs of two scales; nil where a step of one is more than 2^20 steps of the output.
  package init?(_ scales: [Float], output: Float) {
    // Multipliers reach 2^21 at a shift of 1 where an input's step is 2^20 of the output's.
    let limit = Double(Limit.inputMultiplier)
    let ratios = scales.map { Double($0) / Double(output) }
    var shift = Int(Limit.inputShifts.upperBound)
    func multiplier(_ ratio: Double) -> Double { (ratio * Double(1 << shift)).rounded() }
    let largest = max(ratios[0], ratios[1])
    while shift > 1, multiplier(largest) > limit { shift -= 1 }
    guard multiplier(largest) <= limit else { return nil }
    self = .shared(first: Int(multiplier(ratios[0])), second: Int(multiplier(ratios[1])), shift: shift)
  }

  /// The factors that TensorFlow Lite's ADD works out, in its order of operations; nil where it refuses the scales.
  package init?(lite scales: [Float], output: Float) {
    let twice = 2 * max(scales[0], scales[1])
    let raised = output * 0x1p20
    guard twice.isFinite, raised.isFinite,
      let first = FixedPointScaling(Double(scales[0]) / Double(twice)),
      let second = FixedPointScaling(Double(scales[1]) / Double(twice)),
      let sum = FixedPointScaling(Double(twice) / Double(raised)),
      [first, second, sum].allSatisfy({ $0.shift >= 31 })
    else { return nil }
    self = .own(first: first, second: second, output: sum)
  }

  /// The factors that TensorFlow Lite's SQUARED_DIFFERENCE works out, in its order of operations; nil where that of the
  /// square is a quarter or more, which is where the square of the inputs' larger step is 2^10 steps of the output.
  package init?(liteSquare scales: [Float], output: Float) {
    // Of floats, and exact unless they overflow; all else is in double.
    let twice = Double(2 * max(scales[0], scales[1]))
    let raised = Double(output * 0x1p14)
    guard let first = FixedPointScaling(Double(scales[0]) / twice),
      let second = FixedPointScaling(Double(scales[1]) / twice),
      let square = FixedPointScaling(twice * twice / raised), square.shift >= Limit.coarseShift
    else { return nil }
    self = .own(first: first, second: second, output: square)
  }
}
