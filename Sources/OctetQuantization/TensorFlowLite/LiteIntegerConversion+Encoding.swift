import OctetHost
import OctetInterchange

/// Integers of the file, and what they stand for.
extension LiteIntegerConversion {
  func encoding(_ tensor: Int, title: String) throws(ImportError) -> IntegerLayer.Encoding {
    let found = try knownEncoding(tensor)
    let isUnsigned = isUnsigned(tensor)
    // An unsigned byte is the same less 128.
    let shift = isUnsigned ? 128 : 0
    guard let found, found.scales.count == 1, isUnsigned || source.tensor(tensor).element == .int8,
      (-128...127).contains(found.zeroPoints[0] - shift)
    else {
      throw source.failure(
        "\(title) is not a value of 8 bits with one scale: convert with int8 for all operators "
          + "(TFLITE_BUILTINS_INT8)")
    }
    return IntegerLayer.Encoding(scale: found.scales[0], zeroPoint: found.zeroPoints[0] - shift)
  }

  /// What the file says, which may be nothing.
  func knownEncoding(_ tensor: Int) throws(ImportError) -> IntegerEncoding? {
    let found = source.tensor(tensor)
    if let fault = found.fault { throw source.failure(fault) }
    return found.encoding
  }

  /// Whether a tensor holds bytes from 0 to 255, as those of files from before 2020 do.
  func isUnsigned(_ tensor: Int) -> Bool { source.tensor(tensor).element == .uint8 }

  /// Whether what a node gives does.
  func givesUnsigned(_ node: Graph.Node) -> Bool { node.tensors.output.map(isUnsigned) ?? false }

  /// What a fused function leaves of the integers.
  func clamp(_ function: Graph.Function, _ encoding: IntegerLayer.Encoding) -> ClosedRange<Int> {
    if source.rules == .onnx { return ONNXArithmetic.clamp(function, encoding) }
    // In float, as TensorFlow Lite does.
    func place(_ value: Float) -> Int {
      let integer = (value / encoding.scale).rounded(.toNearestOrAwayFromZero)
      return min(max(Int(min(max(integer, -1e6), 1e6)) + encoding.zeroPoint, -128), 127)
    }
    switch function {
    case .relu: return place(0)...127
    case .relu6: return place(0)...place(6)
    case .reluN1To1: return place(-1)...place(1)
    case .identity, .sigmoid, .tanh, .leakyReLU, .elu, .gelu, .geluTanh, .hardSwish, .value: return -128...127
    }
  }
}
