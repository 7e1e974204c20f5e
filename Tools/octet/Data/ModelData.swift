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
    let read = try FloatModelSource.load(
      path: path, classNames: foreign.classNames, pixels: foreign.pixels)
    let located = try DataOption.locate(
      arguments, PictureRequest(read, PictureOptions(arguments), isKept: isKept))
    var model = try FloatModelSource.classifier(
      read, path: path, given: foreign.classNames, data: located.data.train.classNames)
    model.pictureForm = located.form
    return (model, try prepared(for: model, located.data))
  }

  /// The test images of the classes; all images where the data has no test part.
  static func test(
    classNames: [String], _ arguments: ParsedArguments, _ request: PictureRequest
  ) throws -> (images: LabeledItems, origin: String) {
    let data = try keeping(classNames, of: DataOption.locate(arguments, request).data)
    guard let test = data.test else { return (data.train, data.origin) }
    return (test, data.origin)
  }

  static func keeping(_ classNames: [String], of data: DataSet) throws -> DataSet {
    data.train.classNames == classNames ? data : try data.keeping(classes: classNames)
  }
}
