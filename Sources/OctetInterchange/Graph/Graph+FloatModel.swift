import OctetNetwork

extension Graph {
  /// The float model that computes the graph, which has been simplified.
  ///
  /// - Parameter classNames: the classes in the order of the outputs, if they are known.
  func floatModel(classNames: [String]?) throws(GraphFailure) -> FloatModel {
    // All nodes that are left are needed for the output, so the last one makes it.
    guard outputView.value == nodes.count else {
      throw GraphFailure("the output is not what the last node makes")
    }
    let counts = readerCounts
    var made: [ForeignLayer] = []
    /// The float network's value for each of the graph's.
    var values = [0]
    for (index, node) in nodes.enumerated() {
      let rules = node.operation.rules
      if rules.head == .softmax {
        guard index == nodes.count - 1 else {
          throw GraphFailure("\(node.title) is inside the network; softmax is supported at its end only")
        }
        if node.inputs[0] == index, index > 0, counts[index] == 1, made[made.count - 1].activation == .linear,
          made[made.count - 1].kind.layer.takesFunction
        {
          made[made.count - 1].activation = .softmax
          values.append(made.count)
          continue
        }
      }
      var layer = try rules.floatLayer(node, input: shape(node.inputs[0]))
      layer.inputs = node.inputs.map { values[$0] }
      made.append(layer)
      values.append(made.count)
    }
    if made.isEmpty {
      // The output is the input as it came, perhaps with its axes in another order.
      made.append(ForeignLayer(kind: .activation(ActivationOnly()), inputs: [0]))
    }
    do throws(NetworkError) {
      var model = try ForeignLayer.model(input: input, layers: made, classNames: classNames)
      model.inputLayout = ArrayLayout(shape: inputView.sizes, places: inputView.places)
      model.outputLayout = ArrayLayout(shape: outputView.sizes, places: outputView.places)
      model.sources = sources.renumbered(values)
      model.givesLogarithms = nodes.last?.operation.rules.givesLogarithms ?? false
      return model
    } catch {
      throw GraphFailure("\(error)")
    }
  }
}
