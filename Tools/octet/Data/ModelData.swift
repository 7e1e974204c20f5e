import OctetCommandLine
import OctetData
import OctetInterchange
import OctetTraining

/// The images that belong to a model: its classes only, and split as they were when it was trained.
enum ModelData {
  /// Training and test images as the model's own settings part them, so that none that it learned from is tested on.
  static func prepared(for model: FloatModel, _ data: DataSet) throws -> PreparedData {
    var settings = TrainingSettings()
    for text in model.settings {
      guard let setting = TrainingSetting(rawValue: text.name) else { continue }
      do throws(SettingError) {
        try setting.apply(text.value, to: &settings)
      } catch {
        throw FileContentError(path: "the model's settings", reason: "\(error)")
      }
    }
    settings.digits = nil
    return try PreparedData(keeping(model.classNames, of: data), settings: settings)
  }

  /// A model of any format and its data, which can give the names that a model from elsewhere lacks, and the form of
  /// pictures that it does not say.
  ///
  /// - Parameter isKept: whether the form of pictures is written to a model that is made from this one.
  static func prepared(
    path: String, _ foreign: ForeignModelOptions, _ arguments: ParsedArguments, isKept: Bool = false
  ) throws -> (FloatModel, PreparedData) {
    let read = try FloatModelSource.read(path: path, classNames: foreign.classNames)
    let request = DataRequest(
      read, path: path, PictureOptions(arguments), takesPixels: foreign.pixels != nil, isKept: isKept)
    let located = try DataOption.locate(arguments, request)
    var model = try FloatModelSource.classifier(
      read, path: path, given: foreign.classNames, data: located.data.train.knownClassNames)
    model = try FloatModelSource.model(
      model, path: path, for: located.data.train.values, pixels: foreign.pixels)
    model.pictureForm = located.form
    return (model, try prepared(for: model, located.data))
  }

  /// The test items, of the model's classes where the data has classes; all items where it has no test part.
  static func test(
    classNames: [String], _ arguments: ParsedArguments, _ request: DataRequest
  ) throws -> (images: LabeledItems, origin: String) {
    let data = try keeping(classNames, of: DataOption.locate(arguments, request).data)
    guard let test = data.test else { return (data.train, data.origin) }
    return (test, data.origin)
  }

  /// The data with the classes of a model; items of other classes go.
  ///
  /// Arrays only number their classes, which then are the model's, in its order. A model that only numbers its classes
  /// takes the names of data that has as many.
  static func keeping(_ names: [String], of data: DataSet) throws -> DataSet {
    let found = data.train.classNames
    guard data.train.hasClasses, found != names else { return data }
    if Set(names).isSubset(of: found) { return try data.keeping(classes: names) }
    let isNumbered = names == (0..<names.count).map(String.init)
    guard
      (data.numbersClasses && found.count <= names.count)
        || (isNumbered && found.count == names.count && Set(names).isDisjoint(with: found))
    else { return try data.keeping(classes: names) }
    return data.mapping { $0.with(.classes($0.labels, names: names)) }
  }
}

extension LabeledItems {
  /// Nil without classes.
  var knownClassNames: [String]? { hasClasses ? classNames : nil }
}
