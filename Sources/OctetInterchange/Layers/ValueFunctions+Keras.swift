import OctetNetwork

/// Functions of one value that are layers of Keras.
extension ValueFunctions {
  static let keras = [
    KerasClass("LeakyReLU", becomes: becomes) { model, layer throws(GraphFailure) in
      let isOld = layer.configuration["negative_slope"] == nil
      let slope = try layer.number(isOld ? "alpha" : "negative_slope", otherwise: 0.3)
      return try model.builder.function(.leakyReLU(slope), layer.inputs[0], layer.title)
    },
    KerasClass("ELU", becomes: becomes) { model, layer throws(GraphFailure) in
      let alpha = try layer.number("alpha", otherwise: 1)
      let function = alpha == 1 ? Graph.Function.elu : .value(.elu(Double(alpha)))
      return try model.builder.function(function, layer.inputs[0], layer.title)
    },
    KerasClass("ThresholdedReLU", becomes: becomes) { model, layer throws(GraphFailure) in
      let theta = Double(try layer.number("theta", otherwise: 1))
      let function = ValueFunction.gate(.number(1) - .call(.step, .line(-1, theta)), .argument)
      return try model.builder.function(.value(function), layer.inputs[0], layer.title)
    },
  ]
}
