import OctetTraining

/// How a float network did, for people.
struct EvaluationText {
  private let evaluation: Evaluation
  private let name: String

  init(_ evaluation: Evaluation, name: String) {
    self.evaluation = evaluation
    self.name = name
  }

  /// The first line alone.
  func headline() -> String { confusion.headline(name: name, loss: evaluation.loss) }

  func text() -> String { confusion.text(name: name, loss: evaluation.loss) }

  private var confusion: ConfusionText { ConfusionText(evaluation.confusion) }
}
