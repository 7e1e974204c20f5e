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
  private let targets: TrainingTargets
  private let validation: LabeledItems?
  private let workers: Workers
  private let optimizer: OptimizerState
  private let average: WeightAverage?
  /// By class; nil counts all items alike.
  private let classWeights: [Float]?
  private let teacher: Teacher?
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
  ///   - start: weights to start from, those of layers that have the same names and shapes.
  ///   - teacher: a trained network whose answers are learned beside the targets.
  ///   - arithmetic: makes what the network computes with, where that is not its floats.
  ///   - clock: seconds from any fixed moment, for the records.
  package init(
    _ description: NetworkDescription, settings: TrainingSettings, images: LabeledItems,
    start: [NamedValues] = [], teacher: FloatModel? = nil,
    arithmetic: ((Network) throws(NetworkError) -> any NetworkArithmetic)? = nil, workers: Workers,
    clock: @escaping () -> Double
  ) throws(TrainingError) {
    guard !images.isEmpty else { throw .noTrainingImages }
    guard description.input.takes(images.shape) else {
      throw .shape(images: images.shape, network: description.input)
    }
    guard images.values.areBytes || settings.augmentation.leavesPixels else {
      throw .noAugmentation(
        "the data holds \(images.values.words), and --augment changes pixels: give --augment none")
    }
    if let fault = settings.augmentation.fault(for: images.shape) {
      throw .noAugmentation("augment: \(fault)")
    }
    let split = settings.validationSplit
    // As Keras counts: the training share is rounded down.
    let trainingCount = Int(Double(images.count) * (1 - split))
    guard trainingCount > 0, split == 0 || trainingCount < images.count else {
      throw .noValidationImages(split: split, images: images.count)
    }
    training = split == 0 ? images : images.selecting(0..<trainingCount)
    targets = try TrainingTargets(training, goal: settings.target)
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
        description, capacity: max(passSize, min(room, 64)), seed: settings.seed, workers: workers,
        frozen: try settings.frozen.layers(of: description))
      head = try OutputHead(
        activation: description.outputActivation, loss: settings.loss, outputs: network.output.shape.count,
        meaning: targets.meaning, delta: settings.huberDelta, smoothing: settings.labelSmoothing)
      network.start(from: start)
      network.arithmetic = try arithmetic?(network)
      if let teacher {
        self.teacher = try Teacher(teacher, capacity: passSize, workers: workers)
      } else {
        self.teacher = nil
      }
    } catch {
      throw .network(error)
    }
    if let fault = self.teacher?.fault(for: head, input: description.input) { throw .teacher(fault) }
    if let weights = settings.classWeights {
      guard let labels = targets.labels else { throw .noClassWeights("the data has no classes to weigh") }
      classWeights = weights.weights(labels: labels, classes: images.classNames.count)
      guard classWeights != nil else {
        throw .noClassWeights(
          "\(weights.text) are not \(images.classNames.count), as many as the classes of the data")
      }
    } else {
      classWeights = nil
    }
    if settings.patience != nil, settings.watch != .loss {
      guard targets.labels != nil else { throw .notWatched(settings.watch, "the data has no classes") }
      guard validation != nil || settings.watch == .accuracy else {
        throw .notWatched(settings.watch, "it is measured on validation images: give a --validation-split")
      }
    }
    self.settings = settings
    self.workers = workers
    self.clock = clock
    optimizer = OptimizerState(
      settings.optimizer, weightDecay: settings.weightDecay, parameters: network.learned, workers: workers)
    let parameters = network.learned
    average = settings.average.map { WeightAverage(decay: $0, parameters: parameters) }
    loader = BatchLoader(training, augmentation: settings.augmentation, seed: settings.seed, workers: workers)
    accumulated =
      passSize < batchSize
      ? parameters.map { Tensor(shape: ImageShape(flat: $0.isTrained ? $0.count : 0), capacity: 1) } : []
  }

  private let clock: () -> Double

  package var epochsDone: Int { history.count }

  package var isFinished: Bool { stoppedEarly || epochsDone >= settings.epochs }

  /// The loss of the epoch whose weights the network has after `finish`.
  package var watchedLoss: Double {
    let kept = bestEpoch.map { history[$0 - 1] } ?? history.last
    return kept?.watchedLoss ?? .infinity
  }

  /// What the outputs stand for.
  package var meaning: OutputHead.Meaning { targets.meaning }

  package var trainingCount: Int { training.count }

  /// The images set aside; nil without.
  package var validationImages: LabeledItems? { validation }

  package var validationCount: Int { validation?.count ?? 0 }

  /// Measures from now on where the time goes.
  package func startProfile() { network.profile = LayerProfile(network.description, clock: clock) }

  /// Trains one epoch and measures the validation images.
  package func runEpoch(progress: (EpochProgress) -> Void = { _ in }) throws(TrainingError) -> EpochRecord {
    let start = clock()
    let epoch = epochsDone + 1
    var rate: Float = 0
    var random = RandomStream(seed: settings.seed, purpose: .order, UInt64(epoch))
    let order = Array(0..<training.count).shuffled(using: &random)
    network.arithmetic?.startEpoch(epochsDone, of: settings.epochs)
    let batches = (training.count + batchSize - 1) / batchSize
    var sum = (loss: 0.0, correct: 0)
    func accuracy(_ done: Int) -> Double? {
      targets.labels == nil ? nil : Double(sum.correct) / Double(done)
    }
    for batch in 0..<batches {
      let place = LearningRateSchedule.Place(
        epoch: epochsDone, of: settings.epochs, batch: batch, of: batches)
      rate = settings.schedule.rate(place, start: settings.startingRate, warmUp: settings.warmUp)
      let indices = order[batch * batchSize..<min((batch + 1) * batchSize, training.count)]
      let result = runBatch(indices, epoch: epoch, batch: batch)
      guard result.loss.isFinite else {
        throw .lossNotFinite(epoch: epoch, batch: batch + 1, learningRate: rate)
      }
      sum.loss += result.loss
      sum.correct += result.correct
      step(rate)
      let done = indices.endIndex
      progress(
        EpochProgress(
          epoch: epoch, epochs: settings.epochs, imagesDone: done, images: training.count,
          batchesDone: batch + 1,
          batches: batches, loss: sum.loss / Double(done), accuracy: accuracy(done)))
    }
    guard network.learned.allSatisfy({ octet_excess($0.values, $0.count) == 0 }) else {
      throw .lossNotFinite(epoch: epoch, batch: batches, learningRate: rate)
    }
    let seconds = clock() - start
    average?.swap()
    defer { average?.swap() }
    let validated = try validation.map { images throws(TrainingError) in try evaluate(images) }
    var record = EpochRecord(
      epoch: epoch, learningRate: rate, loss: sum.loss / Double(training.count),
      accuracy: accuracy(training.count), validationLoss: validated?.loss,
      validationAccuracy: validated?.accuracy, seconds: seconds,
      imagesPerSecond: seconds > 0 ? Double(training.count) / seconds : 0)
    if settings.patience != nil, settings.watch != .loss {
      record.watched = validated?.confusion.flatMap(settings.watch.value) ?? record.accuracy
    }
    history.append(record)
    watch(record)
    return record
  }

  private func step(_ rate: Float) {
    let start = network.profile?.now()
    if let norm = settings.clipNorm { optimizer.clip(norm: norm) }
    optimizer.step(learningRate: rate)
    network.arithmetic?.endStep()
    average?.follow(isFirst: optimizer.steps == 1)
    if let start { network.profile?.add("optimizer", since: start) }
  }

  /// Forward and back for one batch, in as many passes as it takes; leaves its gradients in the parameters.
  private func runBatch(_ indices: ArraySlice<Int>, epoch: Int, batch: Int) -> (loss: Double, correct: Int) {
    var loss = 0.0
    var correct = 0
    for (pass, start) in stride(from: indices.startIndex, to: indices.endIndex, by: passSize).enumerated() {
      let places = indices[start..<min(start + passSize, indices.endIndex)]
      // Names the random numbers of this pass and no other.
      let step = UInt64(epoch) << 40 | UInt64(batch) << 16 | UInt64(pass)
      let loading = network.profile?.now()
      loader.load(places, of: indices, epoch: epoch, into: network.input)
      if let loading { network.profile?.add("loading", since: loading) }
      let teaching = network.profile?.now()
      teacher?.answer(network.input, count: places.count)
      if let teaching, teacher != nil { network.profile?.add("teacher", since: teaching) }
      network.forward(count: places.count, isTraining: true, step: step)
      let found = finish(places, of: indices, epoch: epoch)
      loss += found.loss
      correct += found.correct
      guard loss.isFinite else { return (loss, correct) }
      network.backward(count: places.count, step: step)
      addGradients(isFirst: pass == 0, isLast: places.endIndex == indices.endIndex)
    }
    return (loss, correct)
  }

  /// Losses of a pass, and their gradients, which are left where the network's way back begins.
  private func finish(
    _ places: ArraySlice<Int>, of batch: ArraySlice<Int>, epoch: Int
  ) -> (loss: Double, correct: Int) {
    guard let gradient = network.outputGradient else { preconditionFailure("built for training") }
    let start = network.profile?.now()
    let share = 1 / Float(batch.count)
    var losses = [Float](repeating: 0, count: places.count)
    var areRight = [Bool](repeating: false, count: places.count)
    losses.withUnsafeMutableBufferPointer { losses in
      areRight.withUnsafeMutableBufferPointer { areRight in
        // Each item writes to places of its own.
        nonisolated(unsafe) let (losses, areRight) = (losses, areRight)
        workers.forEachPiece(of: places.count, size: 16) { piece, worker in
          for place in piece {
            (losses[place], areRight[place]) = finish(
              place, index: places.startIndex + place, of: batch, epoch: epoch, share: share, worker,
              into: gradient.image(place))
          }
        }
      }
    }
    if let start { network.profile?.add("loss", since: start) }
    return (losses.reduce(0) { $0 + Double($1) }, areRight.count { $0 })
  }

  private func finish(
    _ place: Int, index: Int, of batch: ArraySlice<Int>, epoch: Int, share: Float, _ worker: Int,
    into gradient: UnsafeMutablePointer<Float>
  ) -> (loss: Float, isRight: Bool) {
    let count = head.outputs
    let item = batch[index]
    let values = network.output.image(place)
    let target = workers.scratch(worker: worker, count: 2 * count)
    let other = target + count
    let input = UnsafePointer(network.input.image(place))
    targets.write(item, input: input, head: head, into: target)
    var weight = self.weight(of: item)
    if let partner = loader.partner(ofPlace: index, in: batch, epoch: epoch) {
      // What was mixed into the item belongs to its target too.
      targets.write(partner.item, input: input, head: head, into: other)
      octet_mix(target, other, partner.share, count)
      weight = partner.share * weight + (1 - partner.share) * self.weight(of: partner.item)
    }
    var taught: Float = 0
    let lesson = teacher == nil ? 0 : settings.distillation.share
    if let teacher {
      taught = settings.distillation.loss(
        values, teacher: teacher.network.output.image(place), head: head, factor: lesson * weight * share,
        into: other)
    }
    let loss = head.finish(values, target: target)
    head.gradient(values, target: target, share: (1 - lesson) * weight * share, into: gradient)
    if teacher != nil { octet_add(gradient, other, count) }
    let isRight = targets.label(of: item).map { $0 == head.predictedClass(values) } ?? false
    return (weight * ((1 - lesson) * loss + lesson * taught), isRight)
  }

  private func weight(of item: Int) -> Float {
    guard let classWeights, let label = targets.label(of: item) else { return 1 }
    return classWeights[label]
  }

  private func addGradients(isFirst: Bool, isLast: Bool) {
    for (parameter, sum) in zip(network.learned, accumulated) where parameter.isTrained {
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
    if bestEpoch.map({ record.isBetter(than: history[$0 - 1]) }) ?? record.watchedLoss.isFinite {
      bestEpoch = record.epoch
      bestParameters = network.learned.map(\.array)
    }
    stoppedEarly = record.epoch - (bestEpoch ?? 0) >= patience
  }

  /// Goes back to the best epoch where early stopping watched, else to the average of the weights where there is one;
  /// the last thing before the network is used.
  package func finish() {
    if !bestParameters.isEmpty {
      for (parameter, values) in zip(network.learned, bestParameters) { parameter.array = values }
    } else if !isAveraged, optimizer.steps > 0 {
      average?.swap()
      isAveraged = true
    }
  }

  private var isAveraged = false

  /// How the finished network does on the images that it learned from, without dropout and augmentation.
  package func evaluateTraining() -> Evaluation { evaluate(training, targets) { _ in } }

  package func evaluate(
    _ images: LabeledItems, progress: (Int) -> Void = { _ in }
  ) throws(TrainingError) -> Evaluation {
    evaluate(images, try TrainingTargets(images, goal: settings.target), progress)
  }

  private func evaluate(
    _ images: LabeledItems, _ targets: TrainingTargets, _ progress: (Int) -> Void
  ) -> Evaluation {
    // A test is no part of what the training took.
    let profile = network.profile
    network.profile = nil
    defer { network.profile = profile }
    return network.evaluate(images, targets: targets, head: head, workers: workers, progress: progress)
  }
}

extension Trainer {
  /// What is kept for each weight beside itself.
  private var namedSlots: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
    optimizer.namedSlots + (average?.named ?? [])
  }

  package func snapshot() -> TrainingSnapshot {
    var tensors = network.learned.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) }
    for slot in namedSlots {
      tensors.append(NamedValues(name: slot.name, shape: [slot.values.count], values: Array(slot.values)))
    }
    for (parameter, values) in zip(network.learned, bestParameters) {
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
    for parameter in network.learned {
      parameters.append(try values(parameter.name, count: parameter.count))
      if snapshot.bestEpoch != nil {
        best.append(try values("best/\(parameter.name)", count: parameter.count))
      }
    }
    for slot in namedSlots { slots.append(try values(slot.name, count: slot.values.count)) }
    if let bestEpoch = snapshot.bestEpoch, !(1...max(snapshot.history.count, 1)).contains(bestEpoch) {
      throw .snapshot("its best epoch is \(bestEpoch) of \(snapshot.history.count)")
    }
    for (parameter, values) in zip(network.learned, parameters) { parameter.array = values }
    for (slot, values) in zip(namedSlots, slots) { _ = slot.values.update(fromContentsOf: values) }
    bestParameters = best
    history = snapshot.history
    optimizer.steps = snapshot.steps
    bestEpoch = snapshot.bestEpoch
    if let patience = settings.patience, let bestEpoch {
      stoppedEarly = history.count - bestEpoch >= patience
    }
  }
}
