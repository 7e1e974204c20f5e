/// Every kind of layer that a file can hold. The raw value is the byte in the file.
package enum LayerKind: UInt8, Sendable {
  case dense = 1
  case convolution = 2
  case depthwiseConvolution = 3
  case maximumPooling = 4
  case averagePooling = 5
  case globalAveragePooling = 6
  case add = 7
  case table = 8

  /// Whether it has weights, bias, multipliers and shifts.
  package var hasWeights: Bool {
    switch self {
    case .dense, .convolution, .depthwiseConvolution: true
    case .maximumPooling, .averagePooling, .globalAveragePooling, .add, .table: false
    }
  }

  /// Whether a window moves over the input.
  package var hasWindow: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .maximumPooling, .averagePooling: true
    case .dense, .globalAveragePooling, .add, .table: false
    }
  }

  /// Whether the window reads the input's border cells, rather than being cut at the edge.
  package var readsBorder: Bool { self == .convolution || self == .depthwiseConvolution }

  /// Whether each row of the input is folded into accumulators as it appears.
  package var foldsRows: Bool { self == .dense || self == .globalAveragePooling }

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
    }
  }
}

/// What turns logits into probabilities. The raw value is the byte in the file.
public enum Head: UInt8, Sendable {
  /// There are none.
  case linear = 0
  /// They compete and add up to 1.
  case softmax = 1
  /// Each output by itself.
  case sigmoid = 2
}
