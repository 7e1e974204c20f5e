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
  /// Whether products are rounded twice, as TensorFlow Lite's convolutions do; only where there are weights.
  package var roundsTwice = false
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
  /// The rows of the input under output row `row`, counted from the first row of the picture; some may lie outside.
  package func rows(at row: Int, inputHeight: Int) -> Range<Int> {
    switch kind {
    case .dense, .globalAveragePooling: return 0..<inputHeight
    case .add, .table: return row..<row + 1
    case .convolution, .depthwiseConvolution, .maximumPooling, .averagePooling:
      let start = row * stride.height * pool.height - reach.height
      return start..<start + (pool.height - 1) * stride.height + window.height
    }
  }

  /// The same across.
  package func columns(at column: Int, inputWidth: Int) -> Range<Int> {
    switch kind {
    case .dense, .globalAveragePooling: return 0..<inputWidth
    case .add, .table: return column..<column + 1
    case .convolution, .depthwiseConvolution, .maximumPooling, .averagePooling:
      let start = column * stride.width * pool.width - reach.width
      return start..<start + (pool.width - 1) * stride.width + window.width
    }
  }

  /// Whether it adds up rows in accumulators of its own as they come.
  package func needsAccumulators(inputHeight: Int) -> Bool {
    kind == .globalAveragePooling || (kind == .dense && inputHeight > 1)
  }

  /// Multiplications with a weight for one image.
  package func multiplyAdds(output: QuantizedTensor) -> Int {
    guard kind.hasWeights, output.shape.channels > 0 else { return 0 }
    let weightsPerOutput = weights.count / output.shape.channels
    return output.shape.count * pool.count * weightsPerOutput
  }
}
