import OctetCommandLine
import OctetInterchange
import OctetTraining

/// The images that belong to a model: its classes only, and split as they were when it was trained.
enum ModelData {
  /// Training and test images as the model's own settings part them, so that none that it learned from is tested on.
  static func prepared(
    for model: FloatModel, _ arguments: ParsedArguments, data: DataSet? = nil
  ) throws -> PreparedData {
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
    return try PreparedData(
      keeping(model.classNames, of: data ?? DataOption.locate(arguments)), settings: settings)
  }

  /// A model of any format and its data, which can give the names that a model from elsewhere lacks.
  static func prepared(
    path: String, _ foreign: ForeignModelOptions, _ arguments: ParsedArguments
  ) throws -> (FloatModel, PreparedData) {
    let read = try FloatModelSource.load(
      path: path, classNames: foreign.classNames, pixels: foreign.pixels)
    let data = try DataOption.locate(arguments)
    let model = try FloatModelSource.classifier(
      read, path: path, given: foreign.classNames, data: data.train.classNames)
    return (model, try prepared(for: model, arguments, data: data))
  }

  /// The test images of the classes; all images where the data has no test part.
  static func test(
    classNames: [String], _ arguments: ParsedArguments
  ) throws -> (images: LabeledImages, origin: String) {
    let data = try keeping(classNames, of: DataOption.locate(arguments))
    guard let test = data.test else { return (data.train, data.origin) }
    return (test, data.origin)
  }

  private static func keeping(_ classNames: [String], of data: DataSet) throws -> DataSet {
    data.train.classNames == classNames ? data : try data.keeping(classes: classNames)
  }
}
