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
  let items: TargetedItems
  let origin: String
  /// Nil where a float model is tested alone.
  let integer: OctetModelFile?
  /// The float model, alone or to compare with.
  let float: (path: String, model: FloatModel)?
  /// Training pictures, where a float model is compared with.
  let training: LabeledItems?
  /// What an accuracy near chance would most likely come from.
  let cause: FigureWarnings.Cause

  /// - Parameter shows: what needs targets: a test, or a page.
  init(_ arguments: ParsedArguments, showsPage: Bool) throws {
    path = arguments.positionals[0]
    let kind = FileKind(path: path)
    let against = arguments.value("against")
    let anomaly = arguments.value("anomaly")
    let outputs: [OutputDescription]
    let found: LabeledItems
    let input: GivenInput
    if kind == .octet || path.lowercased().hasSuffix(".octet") {
      guard arguments.value("classes") == nil else {
        throw arguments.usageError("--classes is for a model from elsewhere; \(path) contains its classes")
      }
      let file = try OctetModelFile.open(path, workLimit: MaxWorkOption.limit(arguments))
      integer = file
      let request = DataRequest(file, PictureOptions(arguments))
      if let against {
        let foreign = try ForeignModelOptions(arguments, path: against, takesClasses: false)
        let read = try FloatModelSource.read(path: against, toCompareWith: file)
        let located = try DataOption.locate(arguments, request).data
        let model = try FloatModelSource.model(
          read, path: against, for: located.train.values, pixels: foreign.pixels)
        float = (against, model)
        let data = try ModelData.prepared(for: model, located)
        training = data.training
        (found, origin, outputs) = (data.test, data.origin, try model.outputDescriptions())
        cause = FigureWarnings.Cause(path: against, pixels: foreign.pixels, values: found.values)
        input = GivenInput(model, pixels: foreign.pixels)
      } else {
        (float, cause, training) = (nil, .data, nil)
        outputs = file.model.outputDescriptions()
        input = try GivenInput(file.model, outputs, arguments)
        (found, origin) = try ModelData.test(outputs, arguments, request)
      }
    } else {
      guard against == nil else {
        throw arguments.usageError(
          "--against compares an .octet file with a float model: name the .octet file first")
      }
      training = nil
      let foreign = try ForeignModelOptions(arguments, path: path)
      if let made = try Self.converted(path: path, kind, foreign, arguments) {
        guard let data = made.data else { preconditionFailure("data was located") }
        integer = OctetModelFile(path: path, model: made.model, bytes: made.file.bytes)
        (float, found, origin) = (nil, data.test ?? data.train, data.origin)
        (outputs, input) = (made.outputs, made.input)
      } else {
        let (model, data) = try ModelData.prepared(path: path, foreign, arguments)
        (integer, float, found, origin) = (nil, (path, model), data.test, data.origin)
        (outputs, input) = (try model.outputDescriptions(), GivenInput(model, pixels: foreign.pixels))
      }
      cause = FigureWarnings.Cause(path: path, pixels: foreign.pixels, values: found.values)
    }
    items = try TargetedItems(
      integer.map { found.withScale(of: $0.model) } ?? found, outputs: outputs, input: input,
      origin: origin, anomaly: anomaly)
    if showsPage, outputs.count == 1, outputs[0].meaning == .classes {
      try found.requireClasses(origin, ReportOption.purpose)
    }
    if integer == nil || float == nil {
      try ModelData.requireTargets(items, outputs, origin, Self.purpose)
    }
  }

  /// A file of integers as octet quantize converts it; nil for all else.
  private static func converted(
    path: String, _ kind: FileKind?, _ foreign: ForeignModelOptions, _ arguments: ParsedArguments
  ) throws -> IntegerConversion? {
    guard kind == .lite || kind == .onnx, let network = try IntegerModelSource.read(path: path) else {
      return nil
    }
    let request = DataRequest(network, PictureOptions(arguments))
    return try IntegerConversion(
      network, DataOption.locate(arguments, request), request, foreign,
      workLimit: MaxWorkOption.limit(arguments))
  }

  /// Two models can be compared without.
  private static let purpose = "a model alone is tested with"

  /// The option for models that give their input again.
  static let anomaly = OptionDescription(
    "anomaly", takes: .text("CLASS"),
    default: "all but the one called normal, good or ok; else the second of two",
    help: "the class of anomalies, for a model that gives its input again and data with classes")
}

extension GivenInput {
  /// For an .octet file alone, whose outputs may stand for other numbers than its input does.
  init(_ model: Model, _ outputs: [OutputDescription], _ arguments: ParsedArguments) throws {
    let pixels = try ForeignModelOptions.pixels(arguments)
    self.init(model, pixels: pixels)
    guard pixels == nil || outputs.contains(where: isGiven) else {
      throw arguments.usageError(
        "--pixels is for a float model from elsewhere, which --against names, and for models that give their "
          + "input again")
    }
  }
}

extension LabeledItems {
  /// Integers that nothing is known of are those of the model's input.
  func withScale(of model: Model) -> LabeledItems {
    guard case .integers(_, nil) = values else { return self }
    return with(model.inputScale)
  }
}
