import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// The images that belong to a model: its classes only, and split as they were when it was trained.
enum ModelData {
  /// Training and test images as the model's own settings part them, so that none that it learned from is tested on.
  static func prepared(for model: FloatModel, _ data: DataSet) throws -> PreparedData {
    var settings = try settings(of: model)
    settings.digits = nil
    return try PreparedData(keeping(model.outputDescriptions(), of: data), settings: settings)
  }

  /// How a model was trained, as far as its file says.
  static func settings(of model: FloatModel) throws -> TrainingSettings {
    var settings = TrainingSettings()
    for text in model.settings {
      guard let setting = TrainingSetting(rawValue: text.name) else { continue }
      do throws(SettingError) {
        try setting.apply(text.value, to: &settings)
      } catch {
        throw FileContentError(path: "the model's settings", reason: "\(error)")
      }
    }
    return settings
  }

  /// A model of any format and its data, which can give the names that a model from elsewhere lacks, and the form of
  /// pictures that it does not say.
  ///
  /// - Parameter isKept: whether the form of pictures is written to a model that is made from this one.
  static func prepared(
    path: String, _ foreign: ForeignModelOptions, _ arguments: ParsedArguments, isKept: Bool = false
  ) throws -> (FloatModel, PreparedData) {
    let read = try FloatModelSource.read(path: path)
    let request = DataRequest(
      read, path: path, PictureOptions(arguments), takesPixels: foreign.pixels != nil, isKept: isKept)
    let located = try DataOption.locate(arguments, request)
    var model = try FloatModelSource.decided(
      read, path: path, given: foreign.classNames, targets: located.data.train.targets)
    model = try FloatModelSource.model(
      model, path: path, for: located.data.train.values, pixels: foreign.pixels)
    model.pictureForm = located.form
    return (model, try prepared(for: model, located.data))
  }

  /// The test items, of the model's classes where the data has classes; all items where it has no test part.
  static func test(
    _ outputs: [OutputDescription], _ arguments: ParsedArguments, _ request: DataRequest
  ) throws -> (images: LabeledItems, origin: String) {
    let data = try keeping(outputs, of: DataOption.locate(arguments, request).data)
    guard let test = data.test else { return (data.train, data.origin) }
    return (test, data.origin)
  }

  /// The data with the classes of the model's output that has some, of several with that which has as many as the data;
  /// items of other classes go.
  ///
  /// Arrays only number their classes, which then are the model's, in its order. A model that only numbers its classes
  /// takes the names of data that has as many. Numbers of 0 and 1 are the classes of a model that has two.
  static func keeping(_ outputs: [OutputDescription], of data: DataSet) throws -> DataSet {
    let answers = outputs.filter { $0.meaning == .classes }
    let count = data.train.hasClasses ? data.train.classNames.count : 2
    let answer = answers.count == 1 ? answers[0] : answers.first { $0.names.count == count }
    guard let names = answer?.names else { return data }
    if case .numbers(let numbers, let shape) = data.train.targets {
      let all = numbers + (data.test?.numbers ?? [])
      guard names.count == 2, shape.isEmpty, all.allSatisfy({ $0 == 0 || $0 == 1 }) else { return data }
      return data.mapping { $0.with(.classes($0.numbers.map { UInt16($0) }, names: names)) }
    }
    let found = data.train.classNames
    guard data.train.hasClasses, found != names else { return data }
    if Set(names).isSubset(of: found) { return try data.keeping(classes: names) }
    if Set(found).isSubset(of: names) {
      // Some of the model's classes, in the order of the data.
      let places = found.map { UInt16(names.firstIndex(of: $0) ?? 0) }
      return data.mapping { items in
        items.with(.classes(items.labels.map { places[Int($0)] }, names: names))
      }
    }
    let isNumbered = names == (0..<names.count).map(String.init)
    guard
      (data.numbersClasses && found.count <= names.count)
        || (isNumbered && found.count == names.count && Set(names).isDisjoint(with: found))
    else { return try data.keeping(classes: names) }
    return data.mapping { $0.with(.classes($0.labels, names: names)) }
  }

  /// Items that tell what the outputs of a model alone should be; an error if none does.
  ///
  /// - Parameter purpose: what needs to know, as in "a model alone is tested with".
  static func requireTargets(
    _ items: TargetedItems, _ outputs: [OutputDescription], _ origin: String, _ purpose: String
  ) throws {
    if items.targets.contains(where: \.isKnown) { return }
    if outputs.count == 1, outputs[0].meaning == .classes {
      try items.items.requireClasses(origin, purpose)
    }
    let words = outputs.map(\.words).joined(separator: "; ")
    throw FileError(
      "the data",
      "has \(items.items.targets.description) (\(origin)), and \(purpose) what the model should give: "
        + words, advice: "give data with such targets")
  }
}
