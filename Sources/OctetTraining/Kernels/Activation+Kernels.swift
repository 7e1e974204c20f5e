import OctetFloatKernels
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Activation {
  /// Applies the function in place to `rows` rows of `columns` values; softmax works on each row.
  func apply(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    if self == .linear { return }
    for row in 0..<rows { apply(values + row &* stride, count: columns) }
  }

  func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .linear: break
    case .relu: octet_rectify(values, count)
    case .sigmoid: for index in 0..<count { values[index] = Self.sigmoid(values[index]) }
    case .tanh: for index in 0..<count { values[index] = tanhf(values[index]) }
    case .function(let function): function.apply(values, count: count)
    case .softmax:
      var largest = -Float.infinity
      for index in 0..<count { largest = max(largest, values[index]) }
      var sum: Float = 0
      for index in 0..<count {
        values[index] = expf(values[index] - largest)
        sum += values[index]
      }
      for index in 0..<count { values[index] /= sum }
    }
  }

  /// Turns the gradient of the function's output into that of its input, in place. Every function here has a
  /// derivative that can be told from its output alone; that of others the network works out from what they get.
  func multiplyDerivative(
    _ gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int
  ) {
    switch self {
    case .linear: break
    case .relu: octet_mask_gradient(gradient, output, count)
    case .sigmoid: for index in 0..<count { gradient[index] *= output[index] * (1 - output[index]) }
    case .tanh: for index in 0..<count { gradient[index] *= 1 - output[index] * output[index] }
    case .softmax:
      // d out_i / d in_j = out_i (1[i = j] - out_j)
      var dot: Float = 0
      for index in 0..<count { dot += gradient[index] * output[index] }
      for index in 0..<count { gradient[index] = output[index] * (gradient[index] - dot) }
    case .function: preconditionFailure("the network takes the derivative of a function of one value")
    }
  }

  /// Both branches keep the argument of the exponential at or below zero, so nothing overflows.
  private static func sigmoid(_ value: Float) -> Float {
    if value >= 0 { return 1 / (1 + expf(-value)) }
    let power = expf(value)
    return power / (1 + power)
  }
}
