import OctetNetwork

/// Normalization of each channel by its neighbors, and what else sums over neighboring channels: a convolution of one
/// cell does, whose weights are 1 for a channel's neighbors and 0 for all others.
enum LocalResponse: TranslatedKind {
  static let becomes = "`conv`, `multiply` and functions"

  static let onnx = [
    ONNXOperator("LRN", becomes: becomes) { model, node, attributes throws(GraphFailure) in
      let size = try attributes.integer("size", otherwise: 0)
      guard size > 0 else { throw GraphFailure("has the size \(size)") }
      let alpha = Double(try attributes.float("alpha", otherwise: 1e-4))
      let view = try model.view(node)
      let made = try model.builder.localResponse(
        model.builder.columns(view, .channelsFirst), .channelsFirst, before: (size - 1) / 2, after: size / 2,
        alpha: alpha / Double(size), beta: Double(attributes.float("beta", otherwise: 0.75)),
        bias: Double(attributes.float("bias", otherwise: 1)), node.title)
      try model.give(node, model.builder.series(made, like: view, .channelsFirst))
    }
  ]

  static let keras: [KerasClass] = [
    TensorFlowFunctions.function(
      "nn.local_response_normalization", ["input", "depth_radius", "bias", "alpha", "beta"], becomes: becomes
    ) { builder, call, title throws(GraphFailure) in
      let radius = try call.number("depth_radius", otherwise: 5)
      guard let radius = Int(exactly: radius) else { throw GraphFailure("has the radius \(radius)") }
      return try builder.localResponse(
        call.view("input"), .channelsLast, before: radius, after: radius,
        alpha: call.number("alpha", otherwise: 1), beta: call.number("beta", otherwise: 0.5),
        bias: call.number("bias", otherwise: 1), title)
    }
  ]

  static let lite = [
    LiteOperator("LOCAL_RESPONSE_NORMALIZATION", becomes: becomes, if: "in float files") {
      model, node throws(GraphFailure) in
      guard !model.isInteger else { throw GraphFailure("is supported in float files only") }
      let radius = try model.option(node, 0)
      let made = try model.builder.localResponse(
        model.view(node), .channelsLast, before: radius, after: radius,
        alpha: Double(model.number(node, 2, otherwise: 0)), beta: Double(model.number(node, 3, otherwise: 0)),
        bias: Double(model.number(node, 1, otherwise: 0)), model.title(node))
      try model.give(node, made)
    }
  ]
}

extension GraphBuilder {
  /// Each value times `(bias + alpha * sum) ^ -beta`, with the sum of the squares of its own channel, of `before`
  /// channels before it and of `after` channels behind it, as far as there are so many.
  mutating func localResponse(
    _ view: ArrayView, _ layout: Layout, before: Int, after: Int, alpha: Double, beta: Double, bias: Double,
    _ title: String
  ) throws(GraphFailure) -> ArrayView {
    guard [alpha, beta, bias].allSatisfy(\.isFinite), bias > 0, alpha >= 0 else {
      throw GraphFailure("has bias \(bias), alpha \(alpha) and beta \(beta); a bias above 0 is needed")
    }
    guard let factor = ValueFunction.power(-beta) else { return view }
    let square = try function(.value(.argument * .argument), view, title)
    let channels = try imageShape(view, layout).channels
    let sum = try channelSums(
      square, layout, outputs: channels, before: before, after: after, weight: 1, title)
    return try join(
      .multiply, view, function(.value(factor.of(.line(alpha, bias))), sum, title), title)
  }

  /// For each of some channels the sum over channels from so many before it to so many behind it, times a weight.
  mutating func channelSums(
    _ view: ArrayView, _ layout: Layout, outputs: Int, before: Int, after: Int, weight: Float, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let channels = try imageShape(view, layout).channels
    guard before >= 0, after >= 0, channels * outputs <= NetworkDescription.largestParameterCount else {
      throw GraphFailure("sums over \(before) channels before and \(after) behind, of \(channels)")
    }
    var weights = [Float](repeating: 0, count: channels * outputs)
    for output in 0..<outputs {
      for channel in max(0, output - min(before, output))..<min(channels, output + min(after, channels) + 1) {
        weights[channel * outputs + output] = weight
      }
    }
    let cell = Window(height: 1, width: 1, strideHeight: 1, strideWidth: 1, padding: .valid)
    return try convolution(
      view, layout, cell, filters: outputs, groups: 1, weights: weights, bias: nil, title)
  }
}
