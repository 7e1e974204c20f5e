import OctetNetwork

extension Graph {
  /// The float model that computes the graph, which has been simplified.
  ///
  /// - Parameter classNames: the classes in the order of the values of an output, if they are known.
  func floatModel(classNames: [String]?) throws(GraphFailure) -> FloatModel {
    let counts = readerCounts
    var made: [ForeignLayer] = []
    /// The float network's value for each of the graph's.
    var values = [0]
    for (index, node) in nodes.enumerated() {
      let rules = node.operation.rules
      if rules.head == .softmax {
        guard isOnlyOutput(index + 1) || !rules.givesLogarithms else {
          throw GraphFailure(
            "\(node.title) is inside the network; the logarithm of softmax is supported at its end only")
        }
        // The layer that makes what it reads, if nothing else does.
        let source = values[node.inputs[0]] - 1
        if source >= 0, counts[node.inputs[0]] == 1, made[source].activation == .linear,
          made[source].kind.layer.takesFunction
        {
          made[source].activation = .softmax
          values.append(source + 1)
          continue
        }
      }
      var layer = try rules.floatLayer(node, input: shape(node.inputs[0]))
      layer.inputs = node.inputs.map { values[$0] }
      made.append(layer)
      values.append(made.count)
    }
    let names = ModelOutput.distinct(outputs.map(\.name))
    var results: [ForeignLayer.Output] = []
    for (output, name) in zip(outputs, names) {
      var value = values[output.view.value]
      if value == 0 {
        // The output is the input as it came, perhaps with its axes in another order.
        made.append(ForeignLayer(kind: .activation(ActivationOnly()), inputs: [0]))
        value = made.count
      }
      results.append(
        ForeignLayer.Output(
          name: name, value: value,
          layout: ArrayLayout(shape: output.view.sizes, places: output.view.places),
          givesLogarithms: output.view.value > 0
            && nodes[output.view.value - 1].operation.rules.givesLogarithms,
          choice: output.choice))
    }
    do throws(NetworkError) {
      var model = try ForeignLayer.model(
        input: input, layers: made, outputs: results, classNames: classNames)
      model.inputLayout = ArrayLayout(shape: inputView.sizes, places: inputView.places)
      model.sources = sources.renumbered(values)
      return model
    } catch {
      throw GraphFailure("\(error)")
    }
  }

  /// Whether a value is given, and no node reads it.
  private func isOnlyOutput(_ value: Int) -> Bool {
    outputs.contains { $0.view.value == value } && readers(of: value).isEmpty
  }
}
