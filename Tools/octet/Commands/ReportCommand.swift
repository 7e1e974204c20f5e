import FoundationEssentials
import OctetCommandLine
import OctetReports

/// `octet report`: all there is to see of a model on one page.
enum ReportCommand: Command {
  static let name = "report"

  static let description = CommandDescription(
    name: name,
    summary: "write a page with pictures about a model",
    discussion: """
      Writes one self-contained HTML page that makes no network requests: the data, the training, the \
      accuracy on the test images, the model's layers, filters and feature maps. For an .octet file it shows \
      the memory, and with --against also what quantization changed and every image whose class changed. \
      Noise and histograms of quantization are measured by quantizing the model once more; they are shown if \
      that gives exactly the same file. Except for times of training, the same inputs give the same bytes.
      """,
    positionals: [
      PositionalDescription(.input("MODEL"), help: "the .octet file, or \(FloatModelSource.kinds)")
    ],
    options: [
      DataOption.option,
      DataOption.inputScale,
      OptionDescription(
        "against", takes: .input(), help: "the float model that an .octet file was made from"),
      ForeignModelOptions.classes,
      ForeignModelOptions.pixels,
      PictureOptions.fit(default: PictureOptions.decided),
      PictureOptions.invert(default: PictureOptions.decided),
      PictureOptions.order,
      EvaluationSubject.anomaly,
      OptionDescription(
        "out", takes: .output("FILE.html"), default: "MODEL.html", help: "the page to write"),
      ReportOption.pictures,
      OptionDescription(
        "image", takes: .text("N"), default: "0",
        help: "the test image for which the layers' outputs are drawn"
      ),
      MaxWorkOption.option,
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
      OptionDescription("quiet", short: "q", help: "print nothing but errors"),
    ],
    examples: [
      "octet report cnn-two-pool.safetensors",
      "octet report mine.octet --against mine.safetensors --svg pictures",
      "octet report mine.keras --data pictures --pixels 0:255 --classes cat,dog",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
    if arguments.value("out") == nil { files.add(CommandFiles.Output(pagePath(arguments), name: "the page")) }
  }

  private static func pagePath(_ arguments: ParsedArguments) -> String {
    if let path = arguments.value("out") { return path }
    let path = arguments.positionals[0]
    let stem =
      path.lowercased().hasSuffix(".octet") ? String(path.dropLast(6)) : FloatModelSource.stem(of: path)
    return "\(stem).html"
  }

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    let isFloat = FloatModelSource.suffixes.contains { path.lowercased().hasSuffix($0) }
    if isFloat, arguments.value("against") != nil {
      throw arguments.usageError(
        "--against compares an .octet file with a float model: name the .octet file first")
    }
    if !isFloat {
      // Both are said by the file itself; the float model beside it may need to be told of its pixels.
      guard arguments.value("classes") == nil else {
        throw arguments.usageError(
          "--classes is for a float model from elsewhere; \(path) contains its classes")
      }
    }
    guard let target = try ReportTarget(page: pagePath(arguments), folder: arguments.value("svg")) else {
      return
    }
    let report = ModelReport(
      arguments: arguments, image: try arguments.integer("image", in: 0...) ?? 0,
      threads: try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount,
      isQuiet: arguments.flag("quiet"))
    let page = isFloat ? try report.float(path: path) : try report.integer(path: path)
    try target.write(page)
    if !report.isQuiet { try StandardOutput.write(target.announcement) }
  }
}
