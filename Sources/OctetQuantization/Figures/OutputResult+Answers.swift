import OctetTraining

// What follows from the answers of one or two models.

extension OutputResult {
  /// Of the integer model, or of the float model where there is no other.
  package var judged: OutputAnswers? { integer ?? float }

  /// Whether there is anything to compare: targets, or a second model.
  package var isTested: Bool { target.isKnown || (float != nil && integer != nil) }

  /// The true classes, where they are known.
  package var trueClasses: [UInt16]? { if case .classes(let classes) = target { classes } else { nil } }

  /// The true labels.
  package var trueLabels: [UInt8]? { if case .labels(let labels) = target { labels } else { nil } }

  /// Of a model that gives its input again.
  package var givesInput: Bool { if case .input = target { true } else { false } }

  /// What one model took for what.
  package func confusion(_ answers: OutputAnswers?) -> ConfusionMatrix? {
    guard let truth = trueClasses, let classes = answers?.classes else { return nil }
    var confusion = ConfusionMatrix(classNames: output.names)
    for (label, found) in zip(truth, classes.classes) { confusion.add(truth: Int(label), predicted: found) }
    return confusion
  }

  /// Two classifiers on items whose classes are known.
  package var comparison: PairedComparison? {
    guard let truth = trueClasses, let float = float?.classes, let integer = integer?.classes else {
      return nil
    }
    return PairedComparison(
      labels: truth, float: float.classes, quantized: integer.classes, classNames: output.names)
  }

  /// How often the true class is among the five best of both; nil where that says nothing.
  package var topFive: PairedCounts? {
    guard let float = float?.classes?.topFive, let integer = integer?.classes?.topFive, !float.isEmpty else {
      return nil
    }
    return PairedCounts(zip(float, integer))
  }

  /// Whether two models answered an item differently, in classes or labels; nil for all else.
  package func isChanged(_ item: Int) -> Bool? {
    if let float = float?.classes, let integer = integer?.classes {
      return float.classes[item] != integer.classes[item]
    }
    guard let float = float?.labels, let integer = integer?.labels else { return nil }
    return float.flags(item) != integer.flags(item)
  }
}
