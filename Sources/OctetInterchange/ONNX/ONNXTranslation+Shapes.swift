import OctetNetwork

/// Where the axes of a file's arrays go.
extension ONNXTranslation {
  /// Functions of values, behind which the axes are those of what they read.
  private static let keepsAxes: Set = [
    "Add", "Cast", "Clip", "DequantizeLinear", "Div", "Dropout", "Elu", "Exp", "HardSigmoid", "HardSwish",
    "Identity",
    "LeakyRelu", "LogSoftmax", "Max", "Min", "Mul", "PRelu", "Pow", "QuantizeLinear", "Relu", "Selu",
    "Sigmoid",
    "Softmax", "Softplus", "Sub", "Sum", "Tanh",
  ]

  /// Whether the file's last transpose before an output puts the channels last, as exporters end a model of a program
  /// that has them there.
  func putsChannelsLast(_ output: String, _ nodes: [ONNXGraph.Node]) -> Bool {
    var name = output
    for node in nodes.reversed() where node.outputs.first == name {
      if node.type == "Transpose", case .integers(let order)? = node.attributes["perm"] {
        return order.count > 2 && order == [0] + (2..<Int64(order.count)) + [1]
      }
      guard Self.keepsAxes.contains(node.type),
        let source = node.inputs.first(where: { views[$0]?.sizes == views[name]?.sizes })
      else { return false }
      name = source
    }
    return false
  }
}
