import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// What models give for items, with a bar while they are at it.
struct ModelAnswers {
  let items: TargetedItems
  let workers: Workers
  let showsProgress: Bool

  /// - Parameters:
  ///   - float: with the name of its file, for what there is to complain about; it has the outputs of the integer
  ///     model.
  ///   - integer: whose outputs are called as the items' targets say, since its file has no names.
  func run(float: (path: String, model: FloatModel)?, integer: Model?) throws -> OutputComparison.Found {
    let floatRunner = try float.map { try FloatRunner($0.model, on: items.items, workers: workers) }
    let integerRunner = try integer.map {
      try IntegerRunner($0, on: items.items, workers: workers, names: items.outputs.map(\.name))
    }
    return try run(
      OutputComparison(items, float: floatRunner, integer: integerRunner), path: float?.path ?? "")
  }

  /// A float model whose network has been made.
  func run(_ network: Network, of model: FloatModel, path: String) throws -> OutputComparison.Found {
    let runner = try FloatRunner(network, of: model, on: items.items)
    return try run(OutputComparison(items, float: runner, integer: nil), path: path)
  }

  private func run(_ comparison: OutputComparison, path: String) throws -> OutputComparison.Found {
    let bar = showsProgress ? ProgressBar(label: "test", total: items.items.count) : nil
    defer { bar?.clear() }
    do {
      return try comparison.run { bar?.update(done: $0) }
    } catch let error as FloatRunner.NotFinite {
      throw FileContentError(
        path: path,
        reason:
          "it gives numbers that are not finite for test \(items.items.values.noun) \(error.item): its weights are too "
          + "large")
    }
  }
}

extension OutputResult {
  /// Of the integer model, or of the float model where there is no other.
  var judged: OutputAnswers? { integer ?? float }

  /// Whether there is anything to compare: targets, or a second model.
  var isTested: Bool { target.isKnown || (float != nil && integer != nil) }

  /// The true classes, where they are known.
  var trueClasses: [UInt16]? { if case .classes(let classes) = target { classes } else { nil } }

  /// The true labels.
  var trueLabels: [UInt8]? { if case .labels(let labels) = target { labels } else { nil } }

  /// Of a model that gives its input again.
  var givesInput: Bool { if case .input = target { true } else { false } }

  /// What one model took for what.
  func confusion(_ answers: OutputAnswers?) -> ConfusionMatrix? {
    guard let truth = trueClasses, let classes = answers?.classes else { return nil }
    var confusion = ConfusionMatrix(classNames: output.names)
    for (label, found) in zip(truth, classes.classes) { confusion.add(truth: Int(label), predicted: found) }
    return confusion
  }

  /// Two classifiers on items whose classes are known.
  var comparison: PairedComparison? {
    guard let truth = trueClasses, let float = float?.classes, let integer = integer?.classes else {
      return nil
    }
    return PairedComparison(
      labels: truth, float: float.classes, quantized: integer.classes, classNames: output.names)
  }

  /// How often the true class is among the five best of both; nil where that says nothing.
  var topFive: PairedCounts? {
    guard let float = float?.classes?.topFive, let integer = integer?.classes?.topFive, !float.isEmpty else {
      return nil
    }
    return PairedCounts(zip(float, integer))
  }

  /// Whether two models answered an item differently, in classes or labels; nil for all else.
  func isChanged(_ item: Int) -> Bool? {
    if let float = float?.classes, let integer = integer?.classes {
      return float.classes[item] != integer.classes[item]
    }
    guard let float = float?.labels, let integer = integer?.labels else { return nil }
    return float.flags(item) != integer.flags(item)
  }
}
