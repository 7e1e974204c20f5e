/// How a network did on a set of images.
package struct Evaluation: Equatable, Sendable {
  package let loss: Double
  package let confusion: ConfusionMatrix

  package var accuracy: Double { confusion.accuracy }
}
