import FoundationEssentials
import Octet
import OctetCommandLine
import OctetHost
import OctetInterchange
import OctetReports
import OctetText
import OctetTraining

/// `octet compare`: trained models side by side.
enum CompareCommand: Command {
  static let name = "compare"

  static let description = CommandDescription(
    name: name,
    summary: "put trained models side by side",
    discussion: """
      Shows of each model what its file says: recipe, epochs, parameters, bytes, loss and accuracy at the end of \
      training and on the test images; the settings that differ; the course of the loss. An .octet file has \
      bytes and memory only. Checkpoints, which lie beside models, are left out.
      """,
    positionals: [
      PositionalDescription(.input("MODEL"), arity: .oneOrMore, help: "models: .safetensors or .octet")
    ],
    options: [OptionDescription("json", help: "print one JSON object")] + ReportOption.all,
    examples: [
      "octet compare first.safetensors second.safetensors",
      "octet compare *.safetensors --report runs.html",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let target = try ReportOption.target(arguments)
    let paths = arguments.positionals.filter { !isCheckpoint($0) }
    guard !paths.isEmpty else {
      throw FileError(
        arguments.positionals[0], "is a checkpoint, which octet train --resume goes on from",
        advice: "name models")
    }
    let runs = ComparedRuns(try zip(paths, names(paths)).map { try run($0, name: $1.shown) })
    if arguments.flag("json") {
      try StandardOutput.write(json(runs, paths).text + "\n")
    } else {
      try StandardOutput.write(text(runs))
    }
    guard let target else { return }
    try target.write(
      Page(
        title: "\(paths.count) models side by side", about: "What the models' files say of their training.",
        [runs.section]))
    if !arguments.flag("json") { try StandardOutput.write(target.announcement) }
  }

  /// Whether a file is what a training that was stopped goes on from, by its name.
  private static func isCheckpoint(_ path: String) -> Bool {
    [".checkpoint.safetensors", ".finetuning.safetensors"].contains { path.lowercased().hasSuffix($0) }
  }

  /// What tells the files apart in the fewest words: the name without its ending, with it, or with as many of the
  /// folders as it takes.
  private static func names(_ paths: [String]) -> [String] {
    let parts = paths.map { $0.split(separator: "/").map(String.init) }
    return parts.indices.map { index in
      func isAlone(_ name: ([String]) -> String?) -> Bool {
        let own = name(parts[index])
        return parts.count { name($0) == own } == 1
      }
      if isAlone({ stem($0.last) }), let name = stem(parts[index].last) { return name }
      for count in 1..<max(parts[index].count, 1) where isAlone({ $0.suffix(count).joined(separator: "/") }) {
        return parts[index].suffix(count).joined(separator: "/")
      }
      return paths[index]
    }
  }

  private static func stem(_ name: String?) -> String? {
    name.map { name in name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name }
  }

  private static func run(_ path: String, name: String) throws -> ComparedRun {
    if path.lowercased().hasSuffix(".octet") {
      let file = try OctetModelFile.open(path)
      return ComparedRun(
        name: name, recipe: nil, settings: [], history: [], testAccuracy: nil, testLoss: nil,
        parameters: (0..<file.model.layerCount).reduce(0) { $0 + file.parameters(of: $1) },
        fileBytes: file.fileBytes, arenaBytes: file.model.ownArenaBytes)
    }
    let model = try FloatModelSource.read(path: path)
    let scores = model.metrics.flatMap {
      try? JSONDecoder().decode(Scores.self, from: Data($0.utf8))
    }
    return ComparedRun(
      name: name, recipe: model.recipeName, settings: model.settings.map { ($0.name, $0.value) },
      history: model.history, testAccuracy: scores?.test_accuracy, testLoss: scores?.test_loss,
      parameters: model.parameters.reduce(0) { $0 + $1.values.count },
      fileBytes: try ByteFile.stored(at: path).count, arenaBytes: nil)
  }

  /// Of a model's metrics, under the names that they have there.
  private struct Scores: Decodable {
    let test_accuracy: Double?
    let test_loss: Double?
  }

  // MARK: for people

  private static func text(_ runs: ComparedRuns) -> String {
    var table = TextTable(
      columns: runs.columns.map {
        TextTable.Column($0.title, $0.isText ? .left : .right, isDetail: $0.isDetail)
      })
    for run in runs.runs { table.addRow(runs.cells(run)) }
    var text = table.rendered()
    if let note = runs.testNote { text += "\n\(note)\n" }
    let differences = runs.differenceRows
    if !differences.isEmpty {
      var table = TextTable(columns: ComparedRuns.differenceColumns.map { TextTable.Column($0) })
      for row in differences { table.addRow(row) }
      text += "\nSettings that differ\n\n" + table.rendered()
    } else if runs.trained.count > 1 {
      text += "\nAll runs have the same settings.\n"
    }
    let style = TerminalStyle(.standardOutput)
    for run in runs.runs {
      let course = TrainingText(run.history, style: style).text
      if !course.isEmpty { text += "\n\(run.name)\n\(course)" }
    }
    return text
  }

  // MARK: for programs

  private static func json(_ runs: ComparedRuns, _ paths: [String]) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    let models = zip(runs.runs, paths).map { run, path in
      JSONValue.object([
        ("path", .string(path)), ("recipe", run.recipe.map { .string($0) } ?? .null),
        ("parameters", .integer(run.parameters)), ("file_bytes", .integer(run.fileBytes)),
        ("arena_bytes", run.arenaBytes.map { .integer($0) } ?? .null),
        ("test_accuracy", number(run.testAccuracy)), ("test_loss", number(run.testLoss)),
        ("settings", .object(run.settings.map { ($0.name, .string($0.value)) })),
        (
          "epochs",
          .array(
            run.history.map { record in
              .object([
                ("epoch", .integer(record.epoch)), ("loss", .number(record.loss)),
                ("accuracy", number(record.accuracy)), ("validation_loss", number(record.validationLoss)),
                ("validation_accuracy", number(record.validationAccuracy)),
              ])
            })
        ),
      ])
    }
    return .object([
      ("models", .array(models)),
      ("differing_settings", .array(runs.differences.map { .string($0.setting) })),
    ])
  }
}
