import OctetHost
import OctetInterchange

/// Integers of the file, and what they stand for.
extension LiteIntegerConversion {
  func encoding(_ tensor: Int, title: String) throws(ImportError) -> IntegerLayer.Encoding {
    let found: LiteGraph.Encoding?
    do throws(FlatBufferTable.Failure) {
      found = try source.file.encoding(tensor)
    } catch {
      throw source.failure("byte \(error.offset): \(error.reason)")
    }
    let element = source.file.tensors[tensor].element
    // An unsigned byte is the same less 128.
    let shift = element == .uint8 && tensor == source.inputTensor ? 128 : 0
    guard let found, found.scales.count == 1, element == .int8 || shift == 128,
      (-128...127).contains(found.zeroPoints[0] - shift)
    else {
      throw source.failure(
        "\(title) is not an int8 value with one scale: convert with int8 for all operators (TFLITE_BUILTINS_INT8)"
      )
    }
    return IntegerLayer.Encoding(scale: found.scales[0], zeroPoint: found.zeroPoints[0] - shift)
  }

  /// What a fused function leaves of the integers.
  func clamp(_ function: Graph.Function, _ encoding: IntegerLayer.Encoding) -> ClosedRange<Int> {
    // In float, as TensorFlow Lite does.
    func place(_ value: Float) -> Int {
      let integer = (value / encoding.scale).rounded(.toNearestOrAwayFromZero)
      return min(max(Int(min(max(integer, -1e6), 1e6)) + encoding.zeroPoint, -128), 127)
    }
    switch function {
    case .relu: return place(0)...127
    case .relu6: return place(0)...place(6)
    case .reluN1To1: return place(-1)...place(1)
    case .identity, .sigmoid, .tanh: return -128...127
    }
  }
}
