import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetImages
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetText
import OctetTraining

/// `octet explain`: what decided about a picture.
enum ExplainCommand: Command {
  static let name = "explain"

  static let description = CommandDescription(
    name: name,
    summary: "show what decided about a picture",
    discussion: """
      Shows the answer, the pixels that matter for it (what the lead of the answer over the next class, in integers, \
      loses where a patch is covered), and the nearest training pictures of both classes. With --against also the \
      float model's answer, its values beside the integers of each layer, and the signal to noise there. --image N \
      takes a test image in place of a file.
      """,
    positionals: [
      PositionalDescription(.input("MODEL"), help: "the .octet file"),
      PositionalDescription(.input("PICTURE"), arity: .optional, help: "a PNG file"),
    ],
    options: [
      OptionDescription(
        "against", takes: .input(), help: "the float model that the .octet file was made from"),
      OptionDescription("image", takes: .text("N"), help: "the test image of this number"),
      DataOption.option,
      OptionDescription("json", help: "print one JSON object"),
      ReportOption.page,
    ],
    examples: [
      "octet explain cnn-two-pool.octet seven.png",
      "octet explain mine.octet --image 42 --against mine.keras --report page.html",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
  }

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    let target = try ReportTarget(page: arguments.value("report"), folder: nil)
    let file = try OctetModelFile.open(path)
    let number = try arguments.integer("image", in: 0...)
    let picturePath = arguments.positionals.count > 1 ? arguments.positionals[1] : nil
    guard (number == nil) != (picturePath == nil) else {
      throw arguments.usageError("name a picture, or a test image with --image N")
    }
    var located: DataSet?
    var data: (training: LabeledItems, test: LabeledItems, origin: String)?
    var note: String?
    do {
      let found = try DataOption.locate(arguments, DataRequest(file)).data
      let kept = try ModelData.keeping(file.model.outputDescriptions(), of: found)
      data = (kept.train, kept.test ?? kept.train, kept.origin)
      located = found
    } catch {
      // A picture can be explained without data, unless that was named.
      guard number == nil, arguments.value("data") == nil else { throw error }
      note = "There is no training data of this model here, so nothing is near: \(error)"
    }
    if let found = data, number == nil, found.training.shape.count != file.model.imageBytes {
      data = nil
      note = """
        The data here is \(found.training.shape), so no training pictures are near: name the model's with --data.
        """
    }
    let float = try arguments.value("against").map { against in
      (
        path: against,
        model: try FloatModelSource.model(
          FloatModelSource.read(path: against, toCompareWith: file), path: against,
          for: data?.training.values ?? .bytes([]), pixels: nil)
      )
    }
    // What the float model learned from, and what it is tested on by octet evaluate.
    if let float, let found = located, data != nil {
      let prepared = try ModelData.prepared(for: float.model, found)
      data = (prepared.training, prepared.test, prepared.origin)
    }
    if let data { note = "Training pictures: \(data.origin.shown)." }
    let run = try ExplanationRun(file: file, float: float, training: data?.training, note: note)
    let image: [UInt8]
    var truth: Int?
    if let number, let data {
      guard number < data.test.count else {
        throw FileError(
          "--image \(number)", "is beyond the \(data.test.count) test images",
          advice: "the last is \(data.test.count - 1)")
      }
      let size = data.test.shape.count
      image = data.test.values[number * size..<(number + 1) * size].fed(to: file.model.inputScale)
      truth = data.test.hasClasses ? Int(data.test.labels[number]) : nil
    } else {
      let name = picturePath ?? ""
      let model = file.model
      guard
        let fitting = PictureFitting(
          width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels,
          form: model.pictureForm)
      else {
        throw FileContentError(path: file.path, reason: "takes no pictures: \(PictureFitting.possible)")
      }
      image = try PictureFileReader(fitting, .asStored).read(path: name).pixels
    }
    let explanation = try run.explain(image, truth: truth)
    if arguments.flag("json") {
      try StandardOutput.write(json(explanation).text + "\n")
    } else {
      let style = TerminalStyle(.standardOutput)
      try StandardOutput.write(ExplanationText(explanation: explanation, style: style).text())
    }
    guard let target else { return }
    let what = number.map { "test image \($0)" } ?? Folder.name(of: picturePath ?? "")
    try target.write(
      Page(
        title: "Why \(explanation.classes.answer)?", about: "\(Folder.name(of: path)) on \(what).",
        [explanation.section("explanation", title: "What decided")]))
    if !arguments.flag("json") { try StandardOutput.write(target.announcement) }
  }

  private static func json(_ explanation: Explanation) -> JSONValue {
    // They come from floats, and are written with no more digits than those have.
    func number(_ value: Double) -> JSONValue { .number(Double(shortest: Float(value))) }
    return .object([
      ("true_class", explanation.truth.map { .string($0) } ?? .null),
      (
        "answers",
        .array(
          explanation.answers.map {
            .object([
              ("model", .string($0.model)), ("class", .string($0.label)),
              ("probability", $0.share.map { .number($0) } ?? .null),
            ])
          })
      ),
      ("answer", .string(explanation.classes.answer)), ("other", .string(explanation.classes.other)),
      ("lead", .integer(explanation.lead)),
      (
        "layers",
        .array(
          explanation.layers.map {
            .object([
              ("name", .string($0.name)), ("kind", .string($0.kind)), ("decibels", .number($0.decibels)),
              ("mean_float", number($0.meanFloat)), ("mean_int8", number($0.meanInteger)),
              ("largest_difference", number($0.largestDifference)),
            ])
          })
      ), ("effects", .array(explanation.effects.map { .integer($0) })),
      (
        "neighbors",
        .array(
          explanation.neighbors.map {
            .object([
              ("class", .string($0.label)), ("number", .integer($0.number)),
              ("distance", .number($0.distance)),
            ])
          })
      ),
    ])
  }
}
