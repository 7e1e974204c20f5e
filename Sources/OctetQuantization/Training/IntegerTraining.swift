import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// Trains a quantized network with the integers that its file will hold.
///
/// The way forward is the file's arithmetic, so what training reports is what the file gives. The network is the
/// lowered one: batch normalization is folded, and calibration has chosen the scales of values, which stay.
package final class IntegerTraining {
  package let trainer: Trainer
  private let arithmetic: IntegerArithmetic

  /// - Parameters:
  ///   - start: weights, biases and steps to start from.
  ///   - teacher: a float network whose answers are learned beside the targets.
  package init(
    _ start: QuantizedNetwork, settings: TrainingSettings, images: LabeledItems, teacher: FloatModel? = nil,
    workers: Workers, clock: @escaping () -> Double
  ) throws {
    let activation: Activation =
      switch start.network.outputs[0].head {
      case .softmax: .softmax
      case .sigmoid: .sigmoid
      case .linear: .linear
      }
    let form = try TrainedForm(start, activation: activation)
    var made: IntegerArithmetic?
    trainer = try Trainer(
      form.description, settings: settings, images: images, teacher: teacher,
      arithmetic: { network throws(NetworkError) in
        do throws(QuantizationError) {
          let arithmetic = try IntegerArithmetic(start, form, network: network, workers: workers)
          made = arithmetic
          return arithmetic
        } catch {
          throw NetworkError(error.description)
        }
      }, workers: workers, clock: clock)
    guard let made else { preconditionFailure("the trainer has built its network") }
    arithmetic = made
  }

  /// The network with its integers as they are now.
  package var quantized: QuantizedNetwork { arithmetic.quantized }

  /// The class that training's own arithmetic gives for each item.
  package func classes(_ items: LabeledItems, workers: Workers) -> [Int] {
    trainer.network.outputs(items, activation: trainer.head.activation, workers: workers).map { row in
      row.withUnsafeBufferPointer { values in
        guard let start = values.baseAddress else { return 0 }
        return trainer.head.predictedClass(start)
      }
    }
  }
}
