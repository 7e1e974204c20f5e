import FoundationEssentials
import Octet
import OctetClassification
import OctetCommandLine
import OctetData
import OctetHost
import OctetHostKernels
import OctetImages
import OctetInterchange
import OctetQuantization
import OctetReports
import OctetText
import OctetTraining

/// `octet classify`: pictures in, classes out, or whatever else the model answers.
enum ClassifyCommand: Command {
  static let name = "classify"

  static let description = CommandDescription(
    name: name,
    summary: "classify pictures, or items of arrays, with an int8 model",
    discussion: """
      Prints a line per file: class, probability, the class that came second, the file; of a model of labels \
      those that hold, and of one of numbers the first few, which --json prints in full. A folder stands for \
      all .png, .jpg and .jpeg files in it and in its subfolders; "-" reads paths from standard input. The \
      model determines how pictures become its input (octet inspect shows it), unless --fit and --invert are \
      given: models of digits find the digit in a picture of any size and invert dark ink on light paper; \
      others scale pictures, or use those of their own size unchanged. If a file cannot be read, its error is \
      printed and the next one follows; the exit status is 1 then. JPEG files are read where libjpeg-turbo \
      is installed.

      A model of features takes NumPy arrays (.npy) with one item, or several along a first axis, each with \
      a line of its own. A model of pictures takes arrays of pixels too.

      With --labels the true classes are known, and accuracy and confusion matrix are printed at the end: \
      "names" takes them from file names such as 00042-label-7.png or 7-mine.png, "folders" from the folder \
      of each file.
      """,
    positionals: [
      PositionalDescription(.input("MODEL"), help: "the .octet file"),
      PositionalDescription(
        .input("PATH", folder: FolderReading(endings: FolderListing.pictureEndings.map { "\($0)" })),
        arity: .oneOrMore,
        help: "pictures, .npy files, folders, or - for paths from standard input"),
    ],
    options: [
      PictureOptions.fit(default: "as the model says"),
      PictureOptions.invert(default: "as the model says"),
      OptionDescription(
        "labels", takes: .choice("WHERE", of: LabelRule.allCases.map(\.rawValue)),
        help: "where the true classes are; also measure the accuracy"),
      OptionDescription(
        "save-input", takes: .outputFolder(of: ".png"), help: "write the network's input as PNG files"),
      OptionDescription("null", short: "0", help: "paths on standard input end with a zero byte"),
      MaxWorkOption.option,
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
      OptionDescription("quiet", short: "q", help: "show no progress"),
      OptionDescription("show", help: "draw the network's input and the probabilities under each line"),
      OptionDescription("json", help: "print a JSON object per file"),
      OptionDescription("csv", help: "print a CSV table"),
    ] + ReportOption.all,
    examples: [
      "octet classify cnn-two-pool.octet seven.png --show",
      "octet classify cnn-two-pool.octet digits --labels names --report page.html",
      "find . -name '*.png' -print0 | octet classify cnn-two-pool.octet -0 -",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    guard !(arguments.flag("json") && arguments.flag("csv")) else {
      throw arguments.usageError("--json and --csv cannot be combined")
    }
    guard !arguments.flag("show") || !(arguments.flag("json") || arguments.flag("csv")) else {
      throw arguments.usageError("--show goes with neither --json nor --csv")
    }
    let threads =
      try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    let target = try ReportOption.target(arguments)
    let file = try OctetModelFile.open(arguments.positionals[0], workLimit: MaxWorkOption.limit(arguments))
    if file.model.meaning != .classes,
      let option = ["csv", "show"].first(where: { arguments.flag($0) })
        ?? ["labels", "report", "svg"].first(where: { arguments.value($0) != nil })
    {
      throw FileContentError(
        path: file.path,
        reason: "its first output holds no classes, which --\(option) is for; --json prints all numbers")
    }
    let source = PictureSource(
      Array(arguments.positionals.dropFirst()), separator: arguments.flag("null") ? 0 : UInt8(ascii: "\n"),
      files: try files(arguments))
    let options = PictureOptions(arguments)
    let run = ClassificationRun(
      model: file.model, kernels: try HostKernels(file.model),
      fit: options.fit.map(PictureFitting.Fit.init),
      inversion: options.inversion.map(PictureFitting.Inversion.init),
      format: arguments.flag("json") ? .json : arguments.flag("csv") ? .csv : .lines,
      labels: arguments.value("labels").flatMap(LabelRule.init), savedInputs: arguments.value("save-input"),
      workers: Workers(count: threads), isReported: target != nil,
      style: arguments.flag("show") ? TerminalStyle(.standardOutput) : nil,
      total: arguments.flag("quiet") ? nil : total(source, arguments))
    let summary: ClassificationRun.Summary
    do {
      summary = try run.run(source)
    } catch let error as ClassifierError {
      throw FileContentError(path: file.path, reason: "\(error)")
    }
    try report(summary, arguments)
    if let target, let section = summary.section?.section {
      try target.write(
        Page(
          title: "Pictures classified by \(Folder.name(of: file.path))",
          about: "What is in each file, what the network saw of it, and what it answers.", [section]))
    }
    guard summary.files > 0 else {
      let first = arguments.positionals[1]
      throw first == "-"
        ? FileError("standard input", "names no files", advice: "give it paths, one a line")
        : FileError(first, "holds no pictures", advice: "name files, or another folder")
    }
    if let failure = summary.savingFailure { throw failure }
    if summary.failures > 0 { throw FilesFailed(failures: summary.failures, files: summary.files) }
  }

  /// How many files there will be: counted beforehand for the bar, unless they come from standard input or there is no
  /// terminal.
  private static func total(_ source: PictureSource, _ arguments: ParsedArguments) -> Int? {
    guard Terminal.standardError.isInteractive else { return nil }
    guard !arguments.positionals.contains("-") else { return 0 }
    var source = source
    var count = 0
    while source.next() != nil { count += 1 }
    return count
  }

  private static func report(_ summary: ClassificationRun.Summary, _ arguments: ParsedArguments) throws {
    guard let confusion = summary.confusion, confusion.total > 0 else { return }
    var warnings = FigureWarnings()
    warnings.add("the files'", confusion, .pictures)
    defer { try? warnings.write() }
    if arguments.flag("json") {
      let members: [(name: String, value: JSONValue)] =
        [
          ("images", .integer(confusion.total)), ("failed", .integer(summary.failures)),
          ("accuracy", .number(confusion.accuracy)),
        ] + EvaluationJSON.means(confusion) + [
          ("confusion_matrix", ComparisonJSON.matrix(confusion)),
          ("classes", .array(confusion.classNames.map { .string($0) })), ("warnings", warnings.json),
        ]
      try StandardOutput.write(JSONValue.object(members).text + "\n")
    } else {
      let isTable = arguments.flag("csv")
      let text =
        "\n"
        + ConfusionText(confusion, terminal: isTable ? .standardError : .standardOutput).text(name: "Files")
      // A table of files stays one that a program can read.
      if isTable { StandardError.write(text) } else { try StandardOutput.write(text) }
    }
  }
}

/// Each failure has been printed where it happened.
struct FilesFailed: Error, CustomStringConvertible {
  let failures: Int
  let files: Int

  var description: String {
    "\(NumberText.grouped(failures)) of \(NumberText.grouped(files)) files could not be classified"
  }
}
