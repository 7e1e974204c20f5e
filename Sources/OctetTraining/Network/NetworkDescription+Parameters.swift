extension NetworkDescription {
  /// Networks with more parameters are refused: 2^26 floats are 256 MB, four times over in training.
  package static let largestParameterCount = 1 << 26

  /// Each layer's parameters, named "layer.parameter".
  package func parameters() throws(NetworkError) -> [[ParameterDescription]] {
    let shapes = try shapes()
    return layers.map { $0.kind.specification.parameters(for: shapes[$0.inputs[0]]) }
  }

  package func parameterCount() throws(NetworkError) -> Int {
    try parameters().joined().reduce(0) { $0 + $1.count }
  }

  func checkParameterCount() throws(NetworkError) {
    let count = try parameterCount()
    guard count <= Self.largestParameterCount else {
      throw NetworkError("the network has \(count) parameters; \(Self.largestParameterCount) is the most")
    }
  }
}
