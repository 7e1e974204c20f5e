import OctetText

/// Activations that a file describes as objects: functions that are called by name, and layers in the place of one.
extension KerasImport {
  /// Classes of layers that are functions of values and hold no weights.
  private static let classes = [
    "Activation", "ELU", "Identity", "LeakyReLU", "ReLU", "Softmax", "ThresholdedReLU",
  ]

  /// What the layer that stands as an activation of another makes.
  mutating func activate(_ object: KerasConfiguration, of layer: KerasLayer, _ view: ArrayView)
    throws(GraphFailure) -> ArrayView
  {
    let kind = object.text("class_name") ?? ""
    guard object.isOfKeras, Self.classes.contains(kind), let settings = object.part("config") else {
      let advice = kind == "PReLU" ? "; put it behind the layer, as one of its own" : ""
      throw GraphFailure(
        "has an activation of the class \(kind.quoted); functions by name, and the layers "
          + "\(Self.classes.joined(separator: ", ")), are supported\(advice)")
    }
    let own = KerasLayer(
      kind: kind, title: layer.title, configuration: settings, inputs: [view], arrays: [:], node: nil,
      values: [:])
    return try add(own)[0]
  }

  /// The name of an activation: a text, or an object that says in which module the function is. Nil for a layer.
  static func activationName(_ layer: KerasLayer) throws(GraphFailure) -> String? {
    if let name = layer.configuration.text("activation") { return name }
    guard let object = layer.configuration.part("activation"), object.text("class_name") == "function" else {
      return nil
    }
    // What a user wrote can have the name of a function of Keras.
    guard let name = object.text("config"), object.isOfKeras else {
      throw GraphFailure("has an activation that is a function of its author's, which is not supported")
    }
    return name
  }
}
