import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetTraining

/// How a network did, for programs.
enum EvaluationJSON {
  /// Members named after `prefix`: accuracy, loss, precision, recall, f1, averages, classes, confusion_matrix.
  static func members(_ evaluation: Evaluation, prefix: String) -> [(name: String, value: JSONValue)] {
    guard let confusion = evaluation.confusion else {
      return [(prefix + "loss", .number(evaluation.loss)), (prefix + "images", .integer(evaluation.items))]
    }
    let headline = confusion.headline
    return [
      (prefix + "accuracy", .number(confusion.accuracy)), (prefix + "loss", .number(evaluation.loss)),
      (prefix + "images", .integer(confusion.total)), (prefix + "precision", .number(headline.precision)),
      (prefix + "recall", .number(headline.recall)), (prefix + "f1", .number(headline.f1)),
    ] + means(confusion, prefix: prefix) + [
      (
        prefix + "classes",
        .array(
          confusion.classNames.indices.map { index in
            .object(
              [("class", .string(confusion.classNames[index]))] + scores(confusion.scores(of: index))
                + [("counted", .bool(confusion.countedClasses.contains(index)))])
          })
      ),
      (prefix + "confusion_matrix", ComparisonJSON.matrix(confusion)),
    ]
  }

  /// The means and the classes that they are taken over.
  static func means(_ confusion: ConfusionMatrix, prefix: String = "") -> [(name: String, value: JSONValue)] {
    [
      (prefix + "mean", .object(scores(confusion.macroAverage))),
      (prefix + "weighted_mean", .object(scores(confusion.weightedAverage))),
      (
        prefix + "counted_classes",
        .array(confusion.countedClasses.map { .string(confusion.classNames[$0]) })
      ),
    ]
  }

  private static func scores(_ scores: ConfusionMatrix.Scores) -> [(name: String, value: JSONValue)] {
    [
      ("precision", .number(scores.precision)), ("recall", .number(scores.recall)),
      ("f1", .number(scores.f1)),
      ("images", .integer(scores.support)),
    ]
  }
}

/// How a float network did, for people.
struct EvaluationText {
  private let evaluation: Evaluation
  private let name: String

  init(_ evaluation: Evaluation, name: String) {
    self.evaluation = evaluation
    self.name = name
  }

  /// The first line alone.
  func headline() -> String {
    confusion?.headline(name: name, loss: evaluation.loss)
      ?? "\(name): \(NumberText.grouped(evaluation.items)), loss \(NumberText.fixed(evaluation.loss, decimals: 4))\n"
  }

  func text() -> String { confusion?.text(name: name, loss: evaluation.loss) ?? headline() }

  private var confusion: ConfusionText? { evaluation.confusion.map { ConfusionText($0) } }
}
