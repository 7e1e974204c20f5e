import OctetNetwork
import OctetTraining

/// A training run between two epochs: what a checkpoint file holds.
package struct Checkpoint: Equatable, Sendable {
  package var run: RunIdentity
  package var snapshot: TrainingSnapshot

  package init(run: RunIdentity, snapshot: TrainingSnapshot) {
    self.run = run
    self.snapshot = snapshot
  }

  /// Every tensor that a snapshot of this run has, in the order in which `Trainer.snapshot` lists them.
  func tensorShapes() throws(NetworkError) -> [TensorShape] {
    let parameters = try run.network.namedParameters()
    var shapes = parameters.map(\.tensor)
    for (tensor, isTrained) in parameters where isTrained {
      shapes += run.settings.optimizer.slotNames.map {
        TensorShape(name: "\(tensor.name)#\($0)", shape: [tensor.shape.reduce(1, *)])
      }
    }
    if snapshot.bestEpoch != nil {
      shapes += parameters.map { TensorShape(name: "best/\($0.tensor.name)", shape: $0.tensor.shape) }
    }
    return shapes
  }
}
