import OctetFloatKernels

/// The sum of two values: each gets the whole gradient.
enum AddFunction: PlacewiseFunction {
  static func forward(
    _ inputs: [UnsafeMutablePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    octet_sum(output, inputs[0], inputs[1], count)
  }

  static func backward(
    _ gradient: UnsafeMutablePointer<Float>, _ inputs: [UnsafeMutablePointer<Float>],
    into gradients: [UnsafeMutablePointer<Float>?], count: Int
  ) {
    for target in gradients { target?.update(from: gradient, count: count) }
  }
}
