import OctetNetwork

/// The sizes of arrays as a file has them, with the batch, and where its axes go.
extension ONNXTranslation {
  /// The sizes of an array with the batch.
  func sizes(_ view: ArrayView) -> [Int] {
    view.hasBatch ? [builder.batch * rows(view)] + view.sizes.dropFirst(view.rowAxes) : view.sizes
  }

  /// How many rows of an item are counted to the batch.
  private func rows(_ view: ArrayView) -> Int { view.sizes.prefix(view.rowAxes).reduce(1, *) }

  /// The same as the Shape operator gives them.
  func shape(_ view: ArrayView) -> [ONNXGraph.Size] {
    let sizes = view.sizes.dropFirst(view.rowAxes).map { ONNXGraph.Size.number(Int64($0)) }
    guard view.hasBatch else { return sizes }
    let (batch, rows) = (Int64(builder.batch), Int64(rows(view)))
    return [builder.batch == GraphBuilder.anyBatch ? .batches(rows) : .number(batch * rows)] + sizes
  }

  /// A wanted shape, the batch in it as `sizes` has it.
  ///
  /// A batch of any size is a prime beyond all other numbers here. So a shape has the elements of an array for that
  /// size only if it has them for each.
  func wantedShape(_ tensor: ONNXGraph.Tensor) throws(GraphFailure) -> [Int] {
    guard let sizes = tensor.sizes else { throw GraphFailure("needs a shape of integers") }
    var wanted: [Int] = []
    for size in sizes {
      switch size {
      case .number(let number):
        guard number < GraphBuilder.anyBatch, let size = Int(exactly: number) else {
          throw GraphFailure("reshapes to a size of \(number)")
        }
        wanted.append(size)
      case .batches(let count): wanted.append(builder.batch * Int(count))
      case .unknown: throw GraphFailure("has sizes that \(ONNXGraph.Tensor.followFromBatch)")
      }
    }
    return wanted
  }

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
