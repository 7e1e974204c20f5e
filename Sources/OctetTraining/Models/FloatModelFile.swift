import Octet
import OctetNetwork
import OctetText

/// Float models as safetensors files, which Python reads too.
///
/// The tensors are the network's parameters, by name. The metadata holds `format`, `network` (as in a `.network` file)
/// and `classes` (a JSON array of names, empty for a model that is no classifier), which a model from elsewhere needs
/// too; `outputs`, where there is more to say of them than the classes of the last layer: a JSON array of objects with
/// `name`, `layer`, `meaning` (classes, labels or numbers; left out where it is not known) and `names`; `fit` and
/// `invert`, where it is known how pictures become the input; and, when Octet trained it, `recipe`, `settings` (a JSON
/// object of texts), `history` (a JSON array of epochs, without the time that each took, so that runs with the same
/// seed write the same bytes), `metrics` (JSON) and `octet_version`.
package enum FloatModelFile {
  package static let format = "octet-float-1"

  /// Writes all of it or leaves what was there. A model that could not be loaded again is refused.
  package static func save(_ model: FloatModel, path: String) throws(ModelFileError) {
    try ModelContainer.save(try writer(model, path: path), path: path)
  }

  package static func load(path: String) throws(ModelFileError) -> FloatModel {
    try read(try ModelContainer(path: path))
  }

  /// The bytes that `save` writes; `path` is for errors.
  package static func encode(_ model: FloatModel, path: String) throws(ModelFileError) -> [UInt8] {
    try writer(model, path: path).bytes
  }

  /// Reads bytes from anywhere; `path` is for errors.
  package static func decode(_ bytes: [UInt8], path: String) throws(ModelFileError) -> FloatModel {
    try read(try ModelContainer(bytes, path: path))
  }

  private static func writer(_ model: FloatModel, path: String) throws(ModelFileError) -> SafetensorsWriter {
    try check(model, path: path)
    var metadata = [
      ("format", format),
      ("network", model.network.text),
      ("classes", JSONValue.array(model.classNames.map { .string($0) }).text),
    ]
    if let outputs = outputsText(model) { metadata.append(("outputs", outputs)) }
    if let form = model.pictureForm {
      metadata += [("fit", form.fit.name), ("invert", form.inversion.name)]
      if form.takesBlueFirst { metadata.append(("order", PictureForm.blueFirstName)) }
    }
    if let recipeName = model.recipeName { metadata.append(("recipe", recipeName)) }
    if !model.settings.isEmpty { metadata.append(("settings", SettingText.json(model.settings))) }
    if !model.history.isEmpty {
      metadata.append(("history", JSONNumbers.text(model.history.map(\.withoutTimes))))
    }
    if let metrics = model.metrics { metadata.append(("metrics", metrics)) }
    if let octetVersion = model.octetVersion { metadata.append(("octet_version", octetVersion)) }
    return try ModelContainer.writer(path: path, metadata: metadata, tensors: model.parameters)
  }

  private static func read(_ container: ModelContainer) throws(ModelFileError) -> FloatModel {
    try container.requireFormat(format, what: "float model")
    var network = try container.network(endsFlat: false)
    let outputs = try outputs(container, &network)
    let shapes: [TensorShape]
    do throws(NetworkError) {
      shapes = try network.namedParameters().map(\.tensor)
    } catch {
      throw container.failure("its network: \(error)")
    }
    let model = FloatModel(
      network: network, classNames: outputs == nil ? try container.json("classes", [String].self) : [],
      outputs: outputs,
      parameters: try container.tensors(shapes), pictureForm: try pictureForm(container),
      recipeName: container.text("recipe"),
      settings: container.text("settings") == nil
        ? [] : SettingText.list(try container.json("settings", [String: String].self)),
      history: container.text("history") == nil ? [] : try container.history(),
      metrics: container.text("metrics"), octetVersion: container.text("octet_version"))
    try check(model, path: container.path)
    return model
  }

  /// What `outputs` says of one of them.
  private struct StoredOutput: Codable {
    let name: String
    let layer: String
    let meaning: String?
    let names: [String]
  }

  /// Nil for a plain network whose output is nothing but its classes.
  private static func outputsText(_ model: FloatModel) -> String? {
    let plain = ModelOutput(
      name: ModelOutput.usualName, meaning: model.classNames.isEmpty ? nil : .classes,
      names: model.classNames,
      layout: model.outputLayout)
    if model.outputs.count == 1, model.network.outputs == [model.network.layers.count],
      model.outputs[0].name == plain.name, model.outputs[0].meaning == plain.meaning
    {
      return nil
    }
    return JSONValue.array(
      zip(model.outputs, model.network.outputs).map { output, value in
        var members: [(name: String, value: JSONValue)] = [
          ("name", .string(output.name)), ("layer", .string(model.network.valueName(value))),
        ]
        if let meaning = output.meaning { members.append(("meaning", .string("\(meaning)"))) }
        return .object(members + [("names", .array(output.names.map { .string($0) }))])
      }
    ).text
  }

  /// Nil where the file says nothing of outputs.
  private static func outputs(
    _ container: ModelContainer, _ network: inout NetworkDescription
  ) throws(ModelFileError) -> [ModelOutput]? {
    guard container.text("outputs") != nil else { return nil }
    let stored = try container.json("outputs", [StoredOutput].self)
    guard (1...NetworkDescription.largestOutputCount).contains(stored.count) else {
      throw container.failure(
        "it has \(stored.count) outputs; 1 to \(NetworkDescription.largestOutputCount) are supported")
    }
    let shapes: [ImageShape]
    do throws(NetworkError) {
      shapes = try network.shapes()
    } catch {
      throw container.failure("its network: \(error)")
    }
    var (values, outputs): ([Int], [ModelOutput]) = ([], [])
    for output in stored {
      guard let layer = network.layers.firstIndex(where: { $0.name == output.layer }) else {
        throw container.failure(
          "its output \(output.name.quoted) is of \(output.layer.quoted), which is no layer")
      }
      let meaning = output.meaning.map { OutputMeaning(name: $0) }
      guard meaning != .some(nil) else {
        throw container.failure(
          "its output \(output.name.quoted) means \((output.meaning ?? "").quoted), not one of "
            + "\(OutputMeaning.allNames)")
      }
      values.append(layer + 1)
      outputs.append(
        ModelOutput(
          name: output.name, meaning: meaning ?? nil, names: output.names,
          layout: ArrayLayout(shapes[layer + 1])))
    }
    network.outputs = values
    return outputs
  }

  /// Both words or neither, and where there are both, perhaps the order of the channels.
  private static func pictureForm(_ container: ModelContainer) throws(ModelFileError) -> PictureForm? {
    let (fit, inversion, order) = (container.text("fit"), container.text("invert"), container.text("order"))
    if fit == nil, inversion == nil, order == nil { return nil }
    guard let known = fit.flatMap(PictureForm.Fit.init(name:)) else {
      throw container.failure("its \"fit\" is \((fit ?? "").quoted), not one of \(PictureForm.Fit.names)")
    }
    guard let turned = inversion.flatMap(PictureForm.Inversion.init(name:)) else {
      throw container.failure(
        "its \"invert\" is \((inversion ?? "").quoted), not one of \(PictureForm.Inversion.names)")
    }
    guard order == nil || order == PictureForm.blueFirstName else {
      throw container.failure("its \"order\" is \((order ?? "").quoted), not \(PictureForm.blueFirstName)")
    }
    return PictureForm(fit: known, inversion: turned, takesBlueFirst: order != nil)
  }

  private static func check(_ model: FloatModel, path: String) throws(ModelFileError) {
    let fault: String?
    do throws(NetworkError) {
      fault = try model.fault()
    } catch {
      throw .content(path: path, "its network: \(error)")
    }
    if let fault { throw .content(path: path, fault) }
    if let metrics = model.metrics, let reason = UntrustedJSON.fault(in: metrics) {
      throw .content(path: path, "its \"metrics\" cannot be read: \(reason)")
    }
  }
}

// The words of options, of metadata and of what is shown.

extension OutputMeaning {
  package static let allNames = ["classes", "labels", "numbers"]

  package init?(name: String) {
    guard let place = Self.allNames.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(place))
  }
}

extension PictureForm.Fit {
  package static let names = ["auto", "exact", "digit", "stretch", "crop", "pad"]

  package var name: String { Self.names[Int(rawValue)] }

  package init?(name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(place))
  }
}

extension PictureForm.Inversion {
  package static let names = ["auto", "no", "yes"]

  package var name: String { Self.names[Int(rawValue)] }

  package init?(name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(place))
  }
}

extension PictureForm {
  /// As it is shown.
  package var words: String {
    "fit \(fit.name), invert \(inversion.name)\(takesBlueFirst ? ", blue first" : "")"
  }

  /// The orders of channels, as options have them.
  package static let orderNames = ["rgb", blueFirstName]
  package static let blueFirstName = "bgr"
}

/// One training setting by name, as a file keeps it.
package struct SettingText: Hashable, Sendable {
  package let name: String
  package let value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension SettingText {
  static func list(_ settings: TrainingSettings) -> [SettingText] {
    list(Dictionary(settings.named.map { ($0.setting.name, $0.value) }) { first, _ in first })
  }

  /// A JSON object, its members in the list's order.
  static func json(_ list: [SettingText]) -> String {
    JSONValue.object(list.map { ($0.name, .string($0.value)) }).text
  }

  /// Members of a JSON object in the order of `TrainingSetting`, in which they can be applied; unknown ones last.
  static func list(_ members: [String: String]) -> [SettingText] {
    let known = TrainingSetting.allCases.map(\.name).filter { members[$0] != nil }
    let others = members.keys.filter { TrainingSetting(rawValue: $0) == nil }.sorted()
    return (known + others).map { SettingText(name: $0, value: members[$0] ?? "") }
  }
}
