/// The input as it is, for layers that have nothing but an activation, or another shape.
enum CopyFunction: PlacewiseFunction {
  static func forward(
    _ inputs: [UnsafeMutablePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    output.update(from: inputs[0], count: count)
  }

  static func backward(
    _ gradient: UnsafeMutablePointer<Float>, _ inputs: [UnsafeMutablePointer<Float>],
    into gradients: [UnsafeMutablePointer<Float>?], count: Int
  ) {
    gradients[0]?.update(from: gradient, count: count)
  }
}
