import Octet
import OctetNetwork

/// One integer layer as the file holds it. Layer `i` of a model writes tensor `i + 1`.
package struct QuantizedLayer: Hashable, Sendable {
  package typealias Kind = Octet.LayerKind

  /// How an addition brings its two inputs to the scale of its output.
  package struct Addition: Hashable, Sendable {
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
  /// The tensors it reads: one, or two for an addition.
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
  package var addition: Addition?

  package init(_ kind: Kind, inputs: [Int]) {
    self.kind = kind
    self.inputs = inputs
  }
}

extension QuantizedLayer {
  /// The layer as a record of the file, but for where its constants and accumulators are. What does not fit a field becomes
  /// the largest value that does; `QuantizedModel.fault` finds it.
  var record: LayerRecord {
    var record = LayerRecord(
      kind, input: UInt16(clamping: inputs[0]), secondInput: UInt16(clamping: inputs.last ?? inputs[0]))
    record.hasTable = kind.hasWeights && !table.isEmpty
    (record.windowHeight, record.windowWidth) = (
      UInt8(clamping: window.height), UInt8(clamping: window.width)
    )
    (record.strideDown, record.strideAcross) = (UInt8(clamping: stride.height), UInt8(clamping: stride.width))
    (record.reachAbove, record.reachLeft) = (UInt8(clamping: reach.height), UInt8(clamping: reach.width))
    (record.poolHeight, record.poolWidth) = (UInt8(clamping: pool.height), UInt8(clamping: pool.width))
    record.minimum = Int16(clamp?.lowerBound ?? 0)
    record.maximum = Int16(clamp?.upperBound ?? 0)
    record.rounding = rounding
    if let addition {
      record.addMultiplierA = UInt32(addition.first)
      record.addMultiplierB = UInt32(addition.second)
      record.addShift = UInt8(addition.shift)
    }
    return record
  }

  /// Whether all sizes fit the bytes of a record.
  var fitsRecord: Bool {
    [window, stride, reach, pool].allSatisfy { max($0.height, $0.width) <= Int(UInt8.max) }
  }
}
