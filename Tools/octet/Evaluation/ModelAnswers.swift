import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining

/// What models answer to images, with a bar while they are at it.
struct ModelAnswers {
  let images: LabeledItems
  /// Of the models.
  let classNames: [String]
  let workers: Workers
  let showsProgress: Bool

  /// Images that the float network takes at a time.
  private static let batch = 250

  func integer(_ model: Model) throws -> ClassAnswers {
    let bar = showsProgress ? ProgressBar(label: "int8", total: images.count) : nil
    let answers = try ImageClassifier(model, workers: workers).answers(of: images) { bar?.update(done: $0) }
    bar?.clear()
    return ClassAnswers(
      classes: answers.classes, probabilities: answers.probabilities.map { Float($0) / 65_536 },
      classCount: model.classCount)
  }

  /// - Parameter path: of the model, for what there is to complain about.
  func float(_ model: FloatModel, path: String) throws -> ClassAnswers {
    try float(
      try model.makeNetwork(capacity: Self.batch, workers: workers), model.network.outputActivation,
      path: path)
  }

  func float(_ network: Network, _ activation: Activation, path: String) throws -> ClassAnswers {
    let bar = showsProgress ? ProgressBar(label: "float", total: images.count) : nil
    guard network.input.shape.takes(images.shape) else {
      throw QuantizationError.shape(images: images.shape, network: network.input.shape)
    }
    let head = try OutputHead(
      activation: activation, loss: .fitting(activation), outputs: network.output.shape.count,
      classes: classNames.count)
    let classCount = classNames.count
    var classes: [Int] = []
    var probabilities: [Float] = []
    for start in stride(from: 0, to: images.count, by: Self.batch) {
      let part = images.selecting(start..<min(start + Self.batch, images.count))
      for row in network.outputs(part, activation: activation, workers: workers) {
        guard row.allSatisfy(\.isFinite) else {
          bar?.clear()
          throw FileContentError(
            path: path,
            reason:
              "it gives numbers that are not finite for test \(images.values.noun) \(classes.count): its weights are "
              + "too large"
          )
        }
        classes.append(
          row.withUnsafeBufferPointer { values in values.baseAddress.map { head.predictedClass($0) } ?? 0 })
        guard activation == .softmax || activation == .sigmoid else { continue }
        // A single output is the probability of the second class.
        probabilities += row.count == classCount ? row : [1 - row[0], row[0]]
      }
      bar?.update(done: classes.count)
    }
    bar?.clear()
    return ClassAnswers(classes: classes, probabilities: probabilities, classCount: classCount)
  }
}
