/// Everything that a run needs to go on after an epoch as if it had never stopped.
package struct TrainingSnapshot: Equatable, Sendable {
  /// Values by name: parameters ("conv-1.weight"), optimizer slots ("conv-1.weight#mean") and, when early stopping
  /// watches, the best parameters so far ("best/conv-1.weight").
  package var tensors: [NamedValues]
  package var history: [EpochRecord]
  /// Steps that the optimizer has taken.
  package var steps: Int
  /// The epoch with the best watched loss, counted from 1; nil unless early stopping watches.
  package var bestEpoch: Int?
  package var isFinished: Bool

  package init(
    tensors: [NamedValues], history: [EpochRecord], steps: Int, bestEpoch: Int?, isFinished: Bool
  ) {
    self.tensors = tensors
    self.history = history
    self.steps = steps
    self.bestEpoch = bestEpoch
    self.isFinished = isFinished
  }
}

/// A named array of floats with a shape.
package struct NamedValues: Equatable, Sendable {
  package let name: String
  package let shape: [Int]
  package var values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}
