import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetQuantization
import OctetReports
import OctetText
import OctetTraining

/// Carries out an evaluation.
struct EvaluationRun {
  let subject: EvaluationSubject
  let workers: Workers
  let showsProgress: Bool

  /// The results, to be printed in any form.
  struct Result {
    let subject: EvaluationSubject
    let list: AnswerList
    /// What is judged: the int8 model's answers, or those of a float model alone.
    let found: ClassAnswers
    /// Nil for items without classes.
    let confusion: ConfusionMatrix?
    /// Nil without two models, or classes.
    let comparison: PairedComparison?
    /// Of two models on items without classes.
    let agreement: Agreement?
    let warnings: FigureWarnings
    /// What the judged answers took.
    let seconds: Double
  }

  func run() throws -> Result {
    let images = subject.images
    let answers = ModelAnswers(
      images: images, classNames: subject.classNames, workers: workers, showsProgress: showsProgress)
    var seconds = 0.0
    func timed(_ body: () throws -> ClassAnswers) rethrows -> ClassAnswers {
      let start = monotonicTime()
      defer { seconds = (monotonicTime() - start) / .seconds(1) }
      return try body()
    }
    var float: ClassAnswers?
    if let model = subject.float { float = try timed { try answers.float(model.model, path: model.path) } }
    var integer: ClassAnswers?
    if let file = subject.integer { integer = try timed { try answers.integer(file.model) } }
    guard let found = integer ?? float else { preconditionFailure("one of the two is tested") }
    let list = AnswerList(
      images: images, classNames: subject.classNames, float: float, integer: integer)
    guard images.hasClasses else {
      return Result(
        subject: subject, list: list, found: found, confusion: nil, comparison: nil,
        agreement: Agreement(items: images.count, changed: list.changed.count), warnings: FigureWarnings(),
        seconds: seconds)
    }
    var comparison: PairedComparison?
    if let float, let integer {
      comparison = PairedComparison(
        labels: images.labels, float: float.classes, quantized: integer.classes, classNames: images.classNames
      )
    }
    let confusion = found.confusion(images)
    var warnings = FigureWarnings()
    if let float, let comparison {
      warnings.add(float: float.confusion(images), int8: confusion, subject.cause)
      warnings.add(comparison)
    } else {
      warnings.add(integer == nil ? "float" : "int8", confusion, subject.cause)
    }
    return Result(
      subject: subject, list: list, found: found, confusion: confusion, comparison: comparison,
      agreement: nil, warnings: warnings, seconds: seconds)
  }

  func page(_ result: Result) throws -> Page {
    let images = subject.images
    var sections = [EvaluationSection(images: images, answers: result.found).section]
    if let float = result.list.float, let integer = result.list.integer {
      sections.append(ComparisonSection(images: images, float: float, quantized: integer).section)
    }
    let chosen = ChosenImage(images: images, index: 0, answers: result.found)
    if let file = subject.integer {
      sections.append(try IntegerNetworkReport(file: file).section(chosen))
    } else if let float = subject.float {
      let network = try float.model.makeNetwork(capacity: 1, workers: workers)
      sections.append(try FloatNetworkReport(network: network, workers: workers).section(chosen))
    }
    return Page(
      title: "Evaluation of \(Folder.name(of: subject.path))", about: "Data: \(subject.origin).", sections)
  }
}

extension EvaluationRun.Result {
  /// For people.
  var text: String {
    let words =
      comparison.map { ComparisonText(comparison: $0, noun: subject.images.values.noun).text() }
      ?? confusion.map { ConfusionText($0).text(name: "Test \(subject.images.values.noun)s") }
    return "Data: \(subject.origin.shown)\n\(words ?? "")\(agreement?.text ?? "")"
  }

  /// For programs.
  var members: [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = [
      ("model", .string(subject.path)), ("type", .string(subject.integer == nil ? "float" : "int8")),
      ("data", .string(subject.origin)),
    ]
    if let comparison {
      members += ComparisonJSON.members(comparison)
    } else if let confusion {
      members += ComparisonJSON.members(confusion)
    }
    if let agreement { members += agreement.members }
    if comparison != nil || agreement != nil {
      members.append(("changed_items", .array(list.changed.map { .integer($0) })))
    }
    if let confusion {
      members += EvaluationJSON.means(confusion)
      members.append(("confusion_matrix", ComparisonJSON.matrix(confusion)))
    }
    if let file = subject.integer {
      members += [
        ("file_bytes", .integer(file.fileBytes)), ("arena_bytes", .integer(file.model.arenaBytes)),
      ]
    }
    return members + [
      ("warnings", warnings.json), ("seconds", .number(seconds)),
      ("images_per_second", .number(Double(subject.images.count) / max(seconds, 1e-9))),
    ]
  }
}
