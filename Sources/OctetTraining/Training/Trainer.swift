import OctetData
import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Trains one network, epoch by epoch.
package final class Trainer {
  package let network: Network
  package let head: OutputHead
  package let settings: TrainingSettings
  package private(set) var history: [EpochRecord] = []
  package private(set) var bestEpoch: Int?

  private let training: LabeledItems
  private let labels: [UInt16]
  private let validation: LabeledItems?
  private let workers: Workers
  private let optimizer: OptimizerState
  private let loader: BatchLoader
  private let batchSize: Int
  /// Images per pass; a larger batch is made of several passes whose gradients are added up.
  private let passSize: Int
  /// Gradients of the passes so far, only where a batch takes more than one.
  private let accumulated: [Tensor]
  private var bestParameters: [[Float]] = []
  private var stoppedEarly = false

  /// - Parameters:
  ///   - images: training images; the last `validationSplit` of them are set aside.
  ///   - clock: seconds from any fixed moment, for the records.
  package init(
    _ description: NetworkDescription, settings: TrainingSettings, images: LabeledItems, workers: Workers,
    clock: @escaping () -> Double
  ) throws(TrainingError) {
    guard !images.isEmpty else { throw .noTrainingImages }
    guard description.input.takes(images.shape) else {
      throw .shape(images: images.shape, network: description.input)
    }
    guard images.hasClasses else { throw .noClasses(images.targets.description) }
    guard images.values.areBytes || settings.augmentation.isNone else {
      throw .noAugmentation(images.values.words)
    }
    let split = settings.validationSplit
    // As Keras counts: the training share is rounded down.
    let trainingCount = Int(Double(images.count) * (1 - split))
    guard trainingCount > 0, split == 0 || trainingCount < images.count else {
      throw .noValidationImages(split: split, images: images.count)
    }
    training = split == 0 ? images : images.selecting(0..<trainingCount)
    labels = training.labels
    validation = split == 0 ? nil : images.selecting(trainingCount..<images.count)
    switch settings.batch {
    case .full: batchSize = trainingCount
    case .images(let count): batchSize = min(count, trainingCount)
    }
    do throws(NetworkError) {
      let room = try Network.roomyCapacity(description)
      passSize = min(batchSize, room)
      // Room for evaluation too, which is faster in larger passes.
      network = try Network(
        description, capacity: max(passSize, min(room, 64)), seed: settings.seed, workers: workers)
      let activation = description.outputActivation
      head = try OutputHead(
        activation: activation, loss: settings.loss ?? Loss.fitting(activation),
        outputs: network.output.shape.count,
        classes: images.classNames.count)
    } catch {
      throw .network(error)
    }
    self.settings = settings
    self.workers = workers
    self.clock = clock
    optimizer = OptimizerState(settings.optimizer, parameters: network.parameters, workers: workers)
    loader = BatchLoader(training, augmentation: settings.augmentation, seed: settings.seed, workers: workers)
    accumulated =
      passSize < batchSize
      ? network.parameters.map { Tensor(shape: ImageShape(flat: $0.isTrained ? $0.count : 0), capacity: 1) }
      : []
  }

  private let clock: () -> Double

  package var epochsDone: Int { history.count }

  package var isFinished: Bool { stoppedEarly || epochsDone >= settings.epochs }

  /// The loss of the epoch whose weights the network has after `finish`, as early stopping watches it.
  package var watchedLoss: Double {
    let kept = bestEpoch.map { history[$0 - 1] } ?? history.last
    return kept?.watchedLoss ?? .infinity
  }

  package var trainingCount: Int { training.count }

  package var validationCount: Int { validation?.count ?? 0 }

  /// Trains one epoch and measures the validation images.
  package func runEpoch(progress: (EpochProgress) -> Void = { _ in }) throws(TrainingError) -> EpochRecord {
    let start = clock()
    let epoch = epochsDone + 1
    let rate = settings.schedule.rate(epoch: epochsDone, of: settings.epochs, start: settings.startingRate)
    var random = RandomStream(seed: settings.seed, purpose: .order, UInt64(epoch))
    let order = Array(0..<training.count).shuffled(using: &random)
    let batches = (training.count + batchSize - 1) / batchSize
    var sum = (loss: 0.0, correct: 0)
    for batch in 0..<batches {
      let indices = order[batch * batchSize..<min((batch + 1) * batchSize, training.count)]
      let result = runBatch(indices, epoch: epoch, batch: batch)
      guard result.loss.isFinite else {
        throw .lossNotFinite(epoch: epoch, batch: batch + 1, learningRate: rate)
      }
      sum.loss += result.loss
      sum.correct += result.correct
      optimizer.step(learningRate: rate)
      let done = indices.endIndex
      progress(
        EpochProgress(
          epoch: epoch, epochs: settings.epochs, imagesDone: done, images: training.count,
          batchesDone: batch + 1,
          batches: batches, loss: sum.loss / Double(done), accuracy: Double(sum.correct) / Double(done)))
    }
    guard network.parameters.allSatisfy({ octet_excess($0.values, $0.count) == 0 }) else {
      throw .lossNotFinite(epoch: epoch, batch: batches, learningRate: rate)
    }
    let seconds = clock() - start
    let validated = validation.map { network.evaluate($0, head: head, workers: workers) }
    let record = EpochRecord(
      epoch: epoch, learningRate: rate, loss: sum.loss / Double(training.count),
      accuracy: Double(sum.correct) / Double(training.count), validationLoss: validated?.loss,
      validationAccuracy: validated?.accuracy, seconds: seconds,
      imagesPerSecond: seconds > 0 ? Double(training.count) / seconds : 0)
    history.append(record)
    watch(record)
    return record
  }

  /// Forward and back for one batch, in as many passes as it takes; leaves its gradients in the parameters.
  private func runBatch(_ indices: ArraySlice<Int>, epoch: Int, batch: Int) -> (loss: Double, correct: Int) {
    var loss = 0.0
    var correct = 0
    let share = 1 / Float(indices.count)
    for (pass, start) in stride(from: indices.startIndex, to: indices.endIndex, by: passSize).enumerated() {
      let places = indices[start..<min(start + passSize, indices.endIndex)]
      // Names the random numbers of this pass and no other.
      let step = UInt64(epoch) << 40 | UInt64(batch) << 16 | UInt64(pass)
      loader.load(places, epoch: epoch, into: network.input)
      network.forward(count: places.count, isTraining: true, step: step)
      guard let gradient = network.outputGradient else { preconditionFailure("built for training") }
      for (place, index) in places.enumerated() {
        let label = Int(labels[index])
        let values = network.output.image(place)
        let result = head.finish(values, label: label)
        head.gradient(values, label: label, share: share, into: gradient.image(place))
        loss += Double(result.loss)
        correct += result.predicted == label ? 1 : 0
      }
      guard loss.isFinite else { return (loss, correct) }
      network.backward(count: places.count, step: step)
      addGradients(isFirst: pass == 0, isLast: places.endIndex == indices.endIndex)
    }
    return (loss, correct)
  }

  private func addGradients(isFirst: Bool, isLast: Bool) {
    for (parameter, sum) in zip(network.parameters, accumulated) where parameter.isTrained {
      if isFirst {
        sum.base.update(from: parameter.gradient, count: parameter.count)
      } else {
        octet_add(sum.base, parameter.gradient, parameter.count)
      }
      if isLast { parameter.gradient.update(from: sum.base, count: parameter.count) }
    }
  }

  private func watch(_ record: EpochRecord) {
    guard let patience = settings.patience else { return }
    let best = bestEpoch.map { history[$0 - 1].watchedLoss } ?? .infinity
    if record.watchedLoss < best {
      bestEpoch = record.epoch
      bestParameters = network.parameters.map(\.array)
    }
    stoppedEarly = record.epoch - (bestEpoch ?? 0) >= patience
  }

  /// Goes back to the best epoch where early stopping watched; the last thing before the network is used.
  package func finish() {
    guard !bestParameters.isEmpty else { return }
    for (parameter, values) in zip(network.parameters, bestParameters) { parameter.array = values }
  }

  /// How the finished network does on the images that it learned from, without dropout and augmentation.
  package func evaluateTraining() -> Evaluation { evaluate(training) }

  package func evaluate(_ images: LabeledItems, progress: (Int) -> Void = { _ in }) -> Evaluation {
    network.evaluate(images, head: head, workers: workers, progress: progress)
  }
}

extension Trainer {
  package func snapshot() -> TrainingSnapshot {
    var tensors = network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) }
    for slot in optimizer.namedSlots {
      tensors.append(NamedValues(name: slot.name, shape: [slot.values.count], values: Array(slot.values)))
    }
    for (parameter, values) in zip(network.parameters, bestParameters) {
      tensors.append(NamedValues(name: "best/\(parameter.name)", shape: parameter.shape, values: values))
    }
    return TrainingSnapshot(
      tensors: tensors, history: history, steps: optimizer.steps, bestEpoch: bestEpoch, isFinished: isFinished
    )
  }

  /// Goes on from `snapshot`. Throws, and changes nothing, if it does not fit.
  package func restore(_ snapshot: TrainingSnapshot) throws(TrainingError) {
    var byName: [String: NamedValues] = [:]
    for tensor in snapshot.tensors { byName[tensor.name] = tensor }
    func values(_ name: String, count: Int) throws(TrainingError) -> [Float] {
      guard let tensor = byName[name] else { throw .snapshot("it has no \(name)") }
      guard tensor.values.count == count else {
        throw .snapshot("\(name) has \(tensor.values.count) values, not \(count)")
      }
      return tensor.values
    }
    var parameters: [[Float]] = []
    var slots: [[Float]] = []
    var best: [[Float]] = []
    for parameter in network.parameters {
      parameters.append(try values(parameter.name, count: parameter.count))
      if snapshot.bestEpoch != nil {
        best.append(try values("best/\(parameter.name)", count: parameter.count))
      }
    }
    for slot in optimizer.namedSlots { slots.append(try values(slot.name, count: slot.values.count)) }
    if let bestEpoch = snapshot.bestEpoch, !(1...max(snapshot.history.count, 1)).contains(bestEpoch) {
      throw .snapshot("its best epoch is \(bestEpoch) of \(snapshot.history.count)")
    }
    for (parameter, values) in zip(network.parameters, parameters) { parameter.array = values }
    for (slot, values) in zip(optimizer.namedSlots, slots) { _ = slot.values.update(fromContentsOf: values) }
    bestParameters = best
    history = snapshot.history
    optimizer.steps = snapshot.steps
    bestEpoch = snapshot.bestEpoch
    if let patience = settings.patience, let bestEpoch {
      stoppedEarly = history.count - bestEpoch >= patience
    }
  }
}

/// Why a training run stopped before its end.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
  case network(NetworkError)
  /// The loss became infinite or not a number. Epoch and batch are counted from 1.
  case lossNotFinite(epoch: Int, batch: Int, learningRate: Float)
  case noTrainingImages
  case noValidationImages(split: Double, images: Int)
  case shape(images: ImageShape, network: ImageShape)
  /// The data has other targets.
  case noClasses(String)
  /// The data has no pixels that could be shifted or turned.
  case noAugmentation(String)
  /// A snapshot that belongs to another network, optimizer or run.
  case snapshot(String)

  package var description: String {
    switch self {
    case .network(let error): "network: \(error)"
    case .lossNotFinite(let epoch, let batch, let rate):
      "the loss is no longer a finite number in epoch \(epoch), batch \(batch): try a --learning-rate below \(rate)"
    case .noTrainingImages: "there are no images to train on"
    case .noValidationImages(let split, let images):
      "validation-split \(split) of \(images) images leaves none to validate on or none to train on"
    case .shape(let images, let network):
      "the images are \(images), the network's input is \(network): give images of that shape"
    case .noClasses(let targets): "the data has \(targets), and training needs a class for each item"
    case .noAugmentation(let values):
      "the data holds \(values), and --augment changes pixels: give --augment none"
    case .snapshot(let reason): "the checkpoint does not fit this run: \(reason)"
    }
  }
}
