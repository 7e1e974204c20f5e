/// A class of Keras' layers and what translates it. Classes stand in the files of the kinds of layer that they become.
struct KerasClass: ListedOperator {
  /// Gives what the layer makes.
  typealias Translation = @Sendable (inout KerasImport, KerasLayer) throws(GraphFailure) -> ArrayView
  /// The same where that may be several values.
  typealias ListTranslation = @Sendable (inout KerasImport, KerasLayer) throws(GraphFailure) -> [ArrayView]

  enum Inputs {
    /// It is the model's own input.
    case ofModel
    case one
    case several
  }

  let description: OperatorDescription
  /// How many values a layer of the class reads.
  let inputs: Inputs
  let translate: ListTranslation

  init(
    _ name: String, becomes: String, if conditions: String? = nil, inputs: Inputs = .one,
    _ translate: @escaping Translation
  ) {
    self.init(list: name, becomes: becomes, if: conditions, inputs: inputs) {
      model, layer throws(GraphFailure) in
      [try translate(&model, layer)]
    }
  }

  init(
    list name: String, becomes: String, if conditions: String? = nil, inputs: Inputs = .several,
    _ translate: @escaping ListTranslation
  ) {
    description = OperatorDescription(name: name, becomes: becomes, conditions: conditions)
    self.inputs = inputs
    self.translate = translate
  }

  /// A function of `keras.ops` that gives one value.
  ///
  /// - Parameter parameters: the names of all that it may be given, in its order.
  static func function(
    _ name: String, _ parameters: [String], becomes: String, if conditions: String? = nil,
    _ translate: @escaping @Sendable (inout GraphBuilder, KerasCall, String) throws(GraphFailure) -> ArrayView
  ) -> KerasClass {
    KerasClass(list: "ops." + name, becomes: becomes, if: conditions) { model, layer throws(GraphFailure) in
      [try translate(&model.builder, try layer.call(parameters), layer.title)]
    }
  }
}

extension KerasImport {
  /// Gives what the layer makes.
  mutating func add(_ layer: KerasLayer) throws(GraphFailure) -> [ArrayView] {
    try checkSettings(layer)
    guard let known = Kinds.keras[layer.kind] else {
      throw GraphFailure(
        KerasUnsupported.reason(layer.kind) ?? "is of a class that is not supported. \(Kinds.keras.supported)"
      )
    }
    guard layer.inputs.count == 1 || known.inputs == .several else {
      throw GraphFailure("reads \(layer.inputs.count) values; one is supported")
    }
    return try known.translate(&self, layer)
  }

  /// Settings that change what a layer computes and that no kind here knows.
  private func checkSettings(_ layer: KerasLayer) throws(GraphFailure) {
    if layer.configuration.part("dtype")?.text("class_name") == "QuantizedDTypePolicy"
      || layer.configuration["quantization_config"] != nil
    {
      throw GraphFailure("is quantized by Keras; save the model before model.quantize, in floats")
    }
    for name in ["lora_rank", "virtual_batch_size"] where layer.configuration[name] != nil {
      throw GraphFailure("has \(name), which is not supported")
    }
  }
}
