import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetQuantization
import OctetTraining

/// What `octet evaluate` is to test, and on which images; nothing has been computed yet.
struct EvaluationSubject {
  /// Of the model that is tested, as the user named it.
  let path: String
  let images: LabeledItems
  /// Of the models.
  let classNames: [String]
  let origin: String
  /// Nil where a float model is tested alone.
  let integer: OctetModelFile?
  /// The float model, alone or to compare with.
  let float: (path: String, model: FloatModel)?
  /// What an accuracy near chance would most likely come from.
  let cause: FigureWarnings.Cause

  init(_ arguments: ParsedArguments) throws {
    path = arguments.positionals[0]
    let kind = FileKind(path: path)
    let against = arguments.value("against")
    if kind == .octet || path.lowercased().hasSuffix(".octet") {
      guard arguments.value("classes") == nil else {
        throw arguments.usageError("--classes is for a model from elsewhere; \(path) contains its classes")
      }
      guard against != nil || arguments.value("pixels") == nil else {
        throw arguments.usageError(
          "--pixels is for a float model from elsewhere, here the one that --against names")
      }
      let file = try OctetModelFile.openClassifier(path, workLimit: MaxWorkOption.limit(arguments))
      integer = file
      let request = DataRequest(file, PictureOptions(arguments))
      classNames = file.model.labels
      if let against {
        let foreign = try ForeignModelOptions(arguments, path: against, takesClasses: false)
        let read = try FloatModelSource.read(path: against, toCompareWith: file)
        let located = try DataOption.locate(arguments, request).data
        let model = try FloatModelSource.model(
          read, path: against, for: located.train.values, pixels: foreign.pixels)
        float = (against, model)
        let data = try ModelData.prepared(for: model, located)
        (images, origin) = (data.test, data.origin)
        cause = FigureWarnings.Cause(path: against, pixels: foreign.pixels)
      } else {
        (float, cause) = (nil, .data)
        (images, origin) = try ModelData.test(classNames: file.model.labels, arguments, request)
        try images.requireClasses(origin, Self.purpose)
      }
      return
    }
    guard against == nil else {
      throw arguments.usageError(
        "--against compares an .octet file with a float model: name the .octet file first")
    }
    let foreign = try ForeignModelOptions(arguments, path: path)
    cause = FigureWarnings.Cause(path: path, pixels: foreign.pixels)
    if kind == .lite, path.lowercased().hasSuffix(".tflite") {
      let network = try LiteNetwork(
        ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile), path: path)
      if network.isInteger {
        let request = DataRequest(network, PictureOptions(arguments))
        let made = try IntegerConversion(
          network, DataOption.locate(arguments, request), request, foreign,
          workLimit: MaxWorkOption.limit(arguments))
        guard let data = made.data else { preconditionFailure("data was located") }
        integer = OctetModelFile(path: path, model: made.model, bytes: made.file.bytes)
        (float, images, origin) = (nil, data.test ?? data.train, data.origin)
        classNames = made.model.labels
        try images.requireClasses(origin, Self.purpose)
        return
      }
    }
    let (model, data) = try ModelData.prepared(path: path, foreign, arguments)
    (integer, float, images, origin) = (nil, (path, model), data.test, data.origin)
    classNames = model.classNames
    try images.requireClasses(origin, Self.purpose)
  }

  /// Two models can be compared without.
  private static let purpose = "a model alone is tested with"
}
