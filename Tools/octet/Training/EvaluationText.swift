import OctetTraining

/// How a float network did, for people.
struct EvaluationText {
  private let evaluation: Evaluation
  private let name: String

  init(_ evaluation: Evaluation, name: String) {
    self.evaluation = evaluation
    self.name = name
  }

  func text() -> String { ConfusionText(evaluation.confusion).text(name: name, loss: evaluation.loss) }
}
