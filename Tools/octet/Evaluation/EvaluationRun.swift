import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
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
    let outputs: [OutputResult]
    let warnings: FigureWarnings
    /// What the judged answers took.
    let seconds: Double

    var list: AnswerList { AnswerList(items: subject.items, outputs: outputs) }
    var words: OutputWords { OutputWords(outputs: outputs, items: subject.items) }
    var figures: OutputJSON { OutputJSON(outputs: outputs, items: subject.items) }
  }

  func run() throws -> Result {
    let answers = ModelAnswers(items: subject.items, workers: workers, showsProgress: showsProgress)
    let found = try answers.run(float: subject.float, integer: subject.integer?.model)
    var warnings = FigureWarnings()
    warnings.add(found.outputs, subject.cause)
    warnings.add(anomalies: subject.items, found.outputs)
    return Result(
      subject: subject, outputs: found.outputs, warnings: warnings, seconds: found.seconds)
  }

  /// What decided about each image whose class changed and that the page shows; none for what is no picture, or has
  /// several outputs.
  private func explanations(_ result: Result) throws -> [(number: Int, section: Section)] {
    guard let file = subject.integer, let float = subject.float, result.outputs.count == 1,
      result.outputs[0].output.meaning == .classes, file.model.inputKind == .pictures,
      [1, 3].contains(file.model.imageChannels)
    else { return [] }
    let run = try ExplanationRun(file: file, float: float, training: subject.training, note: nil)
    let items = subject.items.items
    // Without true classes the page has no pictures that lead to explanations, so that its contents name them.
    let isListed = result.outputs[0].trueClasses == nil
    let changed = result.list.changed.prefix(isListed ? 24 : ComparisonSection.mostShown)
    let bar = showsProgress ? ProgressBar(label: "explain", total: changed.count) : nil
    defer { bar?.clear() }
    return try changed.enumerated().map { done, number in
      bar?.update(done: done)
      let size = items.shape.count
      let image = items.values[number * size..<(number + 1) * size].fed(to: file.model.inputScale)
      let truth = result.outputs[0].trueClasses.map { Int($0[number]) }
      let section = try run.explain(image, truth: truth)
        .section("explanation-\(number)", title: "What decided about no. \(number)", isListed: isListed)
      return (number, section)
    }
  }

  func page(_ result: Result) throws -> Page {
    let explanations = try explanations(result)
    var sections = OutputSections(
      items: subject.items, outputs: result.outputs,
      explanations: Dictionary(
        uniqueKeysWithValues: explanations.map { ($0.number, $0.section.identifier) })
    ).sections
    let chosen = ChosenImage(items: subject.items, index: 0, outputs: result.outputs)
    if let file = subject.integer {
      sections.append(try IntegerNetworkReport(file: file).section(chosen))
    } else if let float = subject.float {
      let network = try float.model.makeNetwork(capacity: 1, workers: workers)
      sections.append(try FloatNetworkReport(network: network, workers: workers).section(chosen))
    }
    sections += explanations.map(\.section)
    return Page(
      title: "Evaluation of \(Folder.name(of: subject.path))", about: "Data: \(subject.origin).", sections)
  }
}

extension EvaluationRun.Result {
  /// For people.
  var text: String { "Data: \(subject.origin.shown)\n\(words.text)" }

  /// For programs.
  var members: [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = [
      ("model", .string(subject.path)), ("type", .string(subject.integer == nil ? "float" : "int8")),
      ("data", .string(subject.origin)),
    ]
    members += figures.members
    let isOfClassesOrLabels = outputs.contains { $0.output.meaning != .numbers }
    if subject.integer != nil, subject.float != nil, isOfClassesOrLabels {
      members.append(("changed_items", .array(list.changed.map { .integer($0) })))
    }
    if outputs.count == 1, let confusion = outputs[0].confusion(outputs[0].judged) {
      members += EvaluationJSON.means(confusion)
      members.append(("confusion_matrix", ComparisonJSON.matrix(confusion)))
    }
    if let file = subject.integer {
      members += [
        ("file_bytes", .integer(file.fileBytes)), ("arena_bytes", .integer(file.model.ownArenaBytes)),
      ]
    }
    return members + [
      ("warnings", warnings.json), ("seconds", .number(seconds)),
      ("images_per_second", .number(Double(subject.items.items.count) / max(seconds, 1e-9))),
    ]
  }
}
