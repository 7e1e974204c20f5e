/// What a file says of the integers of a value or of a layer's weights.
package struct IntegerTensor: Sendable {
  package enum Element: Sendable {
    case int8
    case uint8
    /// Floats, which an input or output may be.
    case float
    case other
  }

  package let name: String
  package let element: Element
  /// Whether the file stores an integer in four bits.
  package var isHalfByte = false
  /// Nil for floats, or plain integers.
  package let encoding: IntegerEncoding?
  /// Whether it holds integers that stand for values: a file may have floats beside them, and what comparisons give.
  package var isInteger: Bool { element != .float && (element != .other || encoding != nil) }
  /// Why there is no encoding, where what the file says means nothing.
  package var fault: String?

  init(
    name: String, element: Element, isHalfByte: Bool = false, encoding: IntegerEncoding?, fault: String? = nil
  ) {
    self.name = name
    self.element = element
    self.isHalfByte = isHalfByte
    self.encoding = encoding
    self.fault = fault
  }
}

/// What a quantized tensor's integers stand for: `scale * (integer - zero point)`.
package struct IntegerEncoding: Hashable, Sendable {
  package let scales: [Float]
  /// As many as there are scales, or one.
  package let zeroPoints: [Int]
  /// The axis that the scales run along.
  package let axis: Int
}

/// How a network of integers computes: by the kernels of LiteRT, or by the definition in ONNX of what stands between
/// DequantizeLinear and QuantizeLinear.
package enum IntegerRules: Sendable {
  case lite
  case onnx
}

extension Graph.Operation {
  /// Whether it may make probabilities at the end of a network.
  package var isHead: Bool { rules.head != nil }
}

extension Graph {
  /// Whether values within it are integers.
  var computesWithIntegers: Bool { inputTensor != nil || nodes.contains { $0.operation == .requantize } }
}
