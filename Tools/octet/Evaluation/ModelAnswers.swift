import Octet
import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetTraining

/// The classes that models give to images, with a bar while they are at it.
struct ModelAnswers {
  let images: LabeledImages
  let workers: Workers
  let showsProgress: Bool

  /// Images that the float network takes at a time.
  private static let batch = 250

  func integer(_ model: Model) throws -> [Int] {
    let bar = showsProgress ? ProgressBar(label: "int8", total: images.count) : nil
    let classes = try ImageClassifier(model, workers: workers).classes(of: images) { bar?.update(done: $0) }
    bar?.clear()
    return classes
  }

  func float(_ model: FloatModel) throws -> [Int] {
    let bar = showsProgress ? ProgressBar(label: "float", total: images.count) : nil
    let network = try model.makeNetwork(capacity: Self.batch, workers: workers)
    guard network.input.shape.count == images.shape.count else {
      throw QuantizationError.shape(images: images.shape, network: network.input.shape)
    }
    let activation = model.network.outputActivation
    let head = try OutputHead(
      activation: activation, loss: .fitting(activation), outputs: network.output.shape.count,
      classes: images.classNames.count)
    var classes: [Int] = []
    for start in stride(from: 0, to: images.count, by: Self.batch) {
      let part = images.selecting(start..<min(start + Self.batch, images.count))
      for row in network.outputs(part, activation: activation, workers: workers) {
        classes.append(
          row.withUnsafeBufferPointer { values in values.baseAddress.map { head.predictedClass($0) } ?? 0 })
      }
      bar?.update(done: classes.count)
    }
    bar?.clear()
    return classes
  }

  func confusion(_ classes: [Int]) -> ConfusionMatrix {
    var confusion = ConfusionMatrix(classNames: images.classNames)
    for (label, found) in zip(images.labels, classes) { confusion.add(truth: Int(label), predicted: found) }
    return confusion
  }
}
