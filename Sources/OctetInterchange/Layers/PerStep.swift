import OctetHost
import OctetNetwork
import OctetText

/// What Keras does to each step of a series by itself, where that is the same as one layer on the whole: the first
/// axis of an item stays, and what the layer is told about its own axes is one further back.
enum PerStep: TranslatedKind {
  /// Classes that look at each value alone, or at the last axis alone.
  private static let free: [String] =
    ["Activation", "Dense", "ELU", "Identity", "LeakyReLU", "PReLU", "ReLU", "ThresholdedReLU"]
    + Dropout.keras.map { $0.description.name }
  /// Classes that run along axes which they name.
  private static let alongAxes = [
    "BatchNormalization", "LayerNormalization", "RMSNormalization", "Softmax", "UnitNormalization",
  ]

  private static let names = (["Flatten"] + free + alongAxes).sorted().joined(separator: ", ")

  static let keras = [
    KerasClass(
      "TimeDistributed", becomes: "the layer in it",
      if: "Dense, and what looks at each value or at the last axes", readTimeDistributed)
  ]

  private static func readTimeDistributed(_ model: inout KerasImport, _ layer: KerasLayer)
    throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    guard view.axes.count >= 2 else {
      throw GraphFailure("reads an array of \(view.axes.count + 1) axes; three or more are needed")
    }
    guard let inner = layer.configuration.part("layer"), let kind = inner.text("class_name"),
      var settings = inner.part("config")
    else { throw GraphFailure("has no layer that it repeats") }
    guard inner.isOfKeras else {
      throw GraphFailure("repeats a layer that \(inner.classOfAuthor)")
    }
    if kind == "Flatten", settings.text("data_format") ?? "channels_last" == "channels_last" {
      return try model.builder.reshaped(
        view, [model.builder.batch, view.sizes[0], view.count / view.sizes[0]], layer.title)
    }
    if alongAxes.contains(kind) {
      settings = try moved(settings, rank: view.axes.count)
    } else if !free.contains(kind) {
      throw GraphFailure(
        "repeats a layer of the class \(kind.quoted) for each step; supported: \(names)")
    }
    let own = KerasLayer(
      kind: kind, title: layer.title, configuration: settings, inputs: [view], arrays: layer.arrays,
      node: nil, values: [:])
    return try model.add(own)[0]
  }

  /// The settings with axes one further back, where they count from the front; from the back they are the same.
  private static func moved(_ settings: KerasConfiguration, rank: Int) throws(GraphFailure)
    -> KerasConfiguration
  {
    guard settings["axis"] != nil else { return settings }
    let given = settings.integers("axis") ?? [settings.integer("axis")]
    var axes: [UntrustedValue] = []
    for axis in given {
      // Of the step's own axes, 0 is the batch.
      guard let axis, (1..<rank).contains(axis) || (1 - rank..<0).contains(axis) else {
        throw GraphFailure("repeats a layer that runs along other axes than the 1 to \(rank - 1) of a step")
      }
      axes.append(.number(Double(axis > 0 ? axis + 1 : axis)))
    }
    return settings.replacing("axis", axes.count == 1 ? axes[0] : .list(axes))
  }
}
