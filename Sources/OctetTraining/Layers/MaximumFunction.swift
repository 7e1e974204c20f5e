/// The larger of two values, which gets the gradient; the first of equal ones.
enum MaximumFunction: PlacewiseFunction {
  static func forward(
    _ inputs: [UnsafeMutablePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { output[index] = max(inputs[0][index], inputs[1][index]) }
  }

  static func backward(
    _ gradient: UnsafeMutablePointer<Float>, _ inputs: [UnsafeMutablePointer<Float>],
    into gradients: [UnsafeMutablePointer<Float>?], count: Int
  ) {
    for (place, target) in gradients.enumerated() {
      guard let target else { continue }
      for index in 0..<count {
        let isFirst = inputs[0][index] >= inputs[1][index]
        target[index] = isFirst == (place == 0) ? gradient[index] : 0
      }
    }
  }
}
