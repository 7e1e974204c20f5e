import OctetNetwork

/// What does something in training only.
extension Dropout: FloatLayer {
  var kind: FloatLayerKind { .dropout(self) }
  var ignoresShape: Bool { true }

  static let formatsWithout: [ForeignFormat: String] = [.tflite: "the converter leaves it out"]

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String { layer.inputs[0] }
}

extension Dropout {
  static let onnx = [ONNXOperator("Dropout", becomes: "nothing", if: "in inference mode", readONNX)]

  /// In inference nothing is dropped, unless the node says that this is training (since 12).
  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    if model.version >= 12, model.isGiven(node, 2) {
      guard let mode = model.constant(node, 2)?.integers, mode == [0] else {
        throw GraphFailure(
          "drops values at random (training_mode): export the model in inference mode (model.eval())")
      }
    }
    _ = try attributes.float("ratio", otherwise: 0.5)
    _ = attributes.take("seed")
    if let tensor = model.constant(node, 0) {
      try model.give(node, tensor)
    } else {
      try model.give(node, try model.viewOfRows(node))
    }
  }

  static let keras = [
    "ActivityRegularization", "AlphaDropout", "AugMix", "CutMix", "Dropout", "GaussianDropout",
    "GaussianNoise", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomZoom", "SpatialDropout1D", "SpatialDropout2D",
  ].map { KerasClass($0, becomes: "nothing", if: "acts in training only", readKeras) }

  /// Where training=True counts, a layer of any class that is called with it has been refused before.
  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  { layer.inputs[0] }
}
