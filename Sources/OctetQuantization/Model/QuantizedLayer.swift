import Octet
import OctetNetwork

/// One integer layer as the file holds it. Layer `i` of a model writes tensor `i + 1`.
package struct QuantizedLayer: Hashable, Sendable {
  package typealias Kind = Octet.LayerKind

  /// How a layer of two inputs brings them to the scale of its output.
  package struct InputScaling: Hashable, Sendable {
    package let first: Int
    package let second: Int
    package let shift: Int

    package init(first: Int, second: Int, shift: Int) {
      self.first = first
      self.second = second
      self.shift = shift
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
  /// 256 entries, or none.
  package var table: [Int8] = []
  package var inputScaling: InputScaling?

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
    func set(_ height: UInt32, _ width: UInt32, _ extent: Extent) {
      set(height, UInt8(clamping: extent.height))
      set(width, UInt8(clamping: extent.width))
    }
    typealias Field = LayerRecord.Field
    set(Field.hasTable, UInt8(kind.hasWeights && !table.isEmpty ? 1 : 0))
    set(Field.input, UInt16(clamping: inputs[0]))
    set(Field.secondInput, UInt16(clamping: inputs.count > 1 ? inputs[1] : 0))
    set(Field.windowHeight, Field.windowWidth, window)
    set(Field.strideDown, Field.strideAcross, stride)
    set(Field.reachAbove, Field.reachLeft, reach)
    set(Field.poolHeight, Field.poolWidth, pool)
    set(Field.minimum, Int16(clamp?.lowerBound ?? 0))
    set(Field.maximum, Int16(clamp?.upperBound ?? 0))
    set(Field.rounding, rounding.rawValue)
    guard let inputScaling else { return }
    set(Field.firstMultiplier, UInt32(inputScaling.first) | UInt32(inputScaling.shift) << 24)
    set(Field.secondMultiplier, UInt32(inputScaling.second))
  }

  /// Whether all sizes fit the bytes of a record.
  var fitsRecord: Bool {
    [window, stride, reach, pool].allSatisfy { max($0.height, $0.width) <= Int(UInt8.max) }
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
    self.init(first: Int(multiplier(ratios[0])), second: Int(multiplier(ratios[1])), shift: shift)
  }
}
