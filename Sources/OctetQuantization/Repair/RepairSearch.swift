import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// The search for remedies: those that cost nothing first, then training, and what costs bytes and time only while
/// answers still differ.
struct RepairSearch {
  /// The network with what was kept.
  private(set) var best: Treatment
  private(set) var steps: [Repair.Step] = []
  private(set) var tried = 0
  private(set) var trainingFault: String?

  private let model: FloatModel
  private let items: RepairItems
  /// What the file may take; nil for any size.
  private let byteLimit: Int?
  private let workers: Workers
  private let progress: (Repair.Progress) -> Void
  /// Those on trial, then those of the proof.
  private let answers: FloatAnswers
  private let original: LoweredNetwork
  private var divergence: Divergence
  private var training: RepairTraining?
  private let expected: Int

  /// Of the noise that all layers leave at the outputs, a layer with a smaller share is not treated by itself.
  private static let smallestShare = 0.02
  private static let mostLayers = 12
  /// With no more answers changed, or no larger a divergence where there are only numbers, nothing that costs bytes or
  /// minutes is tried.
  private static let mendedShare = 0.005
  private static let mendedDivergence = 1e-4

  init(
    _ model: FloatModel, items: RepairItems, settings: QuantizationSettings, byteLimit: Int?,
    workers: Workers,
    progress: @escaping (Repair.Progress) -> Void
  ) throws {
    self.model = model
    self.items = items
    self.byteLimit = byteLimit
    self.workers = workers
    self.progress = progress
    let quantizer = try Quantizer(model, images: items.calibration, settings: settings, workers: workers)
    original = quantizer.network
    best = try Treatment(quantizer, settings: settings, workers: workers)
    answers = try FloatAnswers(original, items: items.judged, workers: workers)
    divergence = try answers.divergence(of: best.quantized)
    // Each general remedy twice, those of layers once.
    let general = Equalization.allCases.count + CalibrationMethod.allCases.count - 1
    expected =
      2 * general + min(original.layers.count, Self.mostLayers) * (CalibrationMethod.allCases.count - 1)
  }

  private func tell(_ doing: String) {
    progress(Repair.Progress(doing: doing, tried: tried, expected: max(expected, tried + 1)))
  }

  // MARK: what is measured

  /// On the items of the proof.
  var measure: Repair.Measure { measure(divergence) }

  private func measure(_ divergence: Divergence) -> Repair.Measure {
    let part = divergence.selecting(items.proof)
    return Repair.Measure(
      divergence: part.mean,
      changed: part.changed.isEmpty ? nil : Double(part.changedCount) / Double(part.items.count),
      accuracy: accuracy(part.classes))
  }

  var floatAccuracy: Double? {
    let classes = answers.classes
    return classes.isEmpty ? nil : accuracy(Array(classes[items.proof]))
  }

  private func accuracy(_ classes: [Int]) -> Double? {
    guard items.judged.hasClasses, !classes.isEmpty else { return nil }
    let right = zip(classes, items.judged.labels[items.proof]).count { $0 == Int($1) }
    return Double(right) / Double(classes.count)
  }

  /// Whether nothing more that costs something is worth it.
  private var isMended: Bool {
    if divergence.changed.isEmpty { return divergence.mean <= Self.mendedDivergence }
    return Double(divergence.changedCount) <= Self.mendedShare * Double(divergence.items.count)
  }

  /// What each layer costs by itself.
  func layers() throws -> [QuantizationReport.Layer] {
    try QuantizationReport(best.quantized, images: items.calibration, workers: workers).layers
  }

  // MARK: the search

  mutating func run() throws {
    try searchFree()
    guard !isMended else { return }
    let untrained = (best, divergence, steps)
    try searchTraining()
    guard !isMended else { return }
    // What costs bytes and time is applied before training, which then is done again.
    let trained = (best, divergence, steps)
    (best, divergence, steps) = untrained
    guard try searchCostly() else {
      (best, divergence, steps) = trained
      return
    }
    if !isMended { try searchTraining() }
    // Without a clear gain the smaller file is the better one.
    let gain = trained.1.selecting(items.proof).gain(minus: divergence.selecting(items.proof))
    if gain.mean <= 2 * gain.error { (best, divergence, steps) = trained }
  }

  /// Remedies for all layers that cost neither bytes nor time.
  private static let general: [Remedy] =
    Equalization.allCases.map { .equalization($0) } + CalibrationMethod.allCases.map { .method($0) }
    + [.biasCorrection]

  /// Remedies that cost neither bytes nor time.
  private mutating func searchFree() throws {
    // Each that is kept may make room for another one.
    while try keepBest(of: Self.general) {}
    for layer in try costliestLayers() {
      _ = try keepBest(of: CalibrationMethod.allCases.map { .layerMethod(layer: layer, $0) })
    }
  }

  /// Remedies that make the file larger and slower, the costliest layers first.
  private mutating func searchCostly() throws -> Bool {
    var isAnyKept = false
    var hasFailed: Set<String> = []
    while !isMended,
      let layer = try costliestLayers().first(where: { !hasFailed.contains(best.network.layers[$0].name) })
    {
      if try keepBest(of: costlyRemedies(layer)) {
        isAnyKept = true
        // What did not help before may help now.
        hasFailed = []
        while try keepBest(of: Self.general) {}
      } else {
        hasFailed.insert(best.network.layers[layer].name)
      }
    }
    return isAnyKept
  }

  private func costlyRemedies(_ layer: Int) -> [Remedy] {
    let (network, channels) = (best.network, best.channels)
    var remedies: [Remedy] = ValueSplit.possible(layer, in: network, channels).map {
      .split(layer: layer, height: $0.height, addedChannels: $0.addedChannels)
    }
    remedies += ChannelPartition.possible(layer, in: network, channels).map {
      .partition(layer: $0.layer, farChannels: $0.farChannels)
    }
    if network.layers[layer].isWeighted, network.layers[layer].bits == nil {
      remedies.append(.encoding(layer: layer, .int8))
    }
    return remedies
  }

  private mutating func searchTraining() throws {
    do {
      if training == nil {
        training = try RepairTraining(
          model, original, items: items.training,
          answers: { try FloatAnswers(original, items: $0, workers: workers) },
          seed: best.settings.seed, workers: workers)
      }
      guard let training else { return }
      _ = try keepBest(
        of: RepairTraining.rates.map {
          .training(epochs: RepairTraining.epochs, rate: $0, items: training.count)
        })
    } catch let error as QuantizationError {
      trainingFault = "\(error)"
    } catch let error as TrainingError {
      trainingFault = "\(error)"
    }
  }

  /// The layers that leave the most noise in the outputs, the noisiest first.
  private func costliestLayers() throws -> [Int] {
    let report = try QuantizationReport(best.quantized, images: items.calibration, workers: workers)
    let noise = report.layers.map { exponential(-$0.atOutputs * logarithm(10) / 10) }
    let all = noise.reduce(0, +)
    return noise.indices.filter { noise[$0] > Self.smallestShare * all }.sorted { noise[$0] > noise[$1] }
      .prefix(Self.mostLayers).map(\.self)
  }

  /// Tries remedies, and keeps the one that is best on trial if the proof confirms it.
  private mutating func keepBest(of remedies: [Remedy]) throws -> Bool {
    var found: (remedy: Remedy, treatment: Treatment, divergence: Divergence)?
    let own = divergence.selecting(items.trial)
    for remedy in remedies {
      guard let treatment = try apply(remedy) else { continue }
      if let byteLimit, try Size(treatment.quantized).file > byteLimit { continue }
      tried += 1
      let result = try answers.divergence(of: treatment.quantized)
      let gain = own.gain(minus: result.selecting(items.trial))
      guard gain.mean > 2 * gain.error else { continue }
      if result.selecting(items.trial).mean < found?.divergence.selecting(items.trial).mean ?? .infinity {
        found = (remedy, treatment, result)
      }
    }
    guard let found else { return false }
    let (before, after) = (divergence.selecting(items.proof), found.divergence.selecting(items.proof))
    let gain = before.gain(minus: after)
    guard gain.mean > 2 * gain.error, after.changedCount <= before.changedCount else { return false }
    let (old, new) = (try Size(best.quantized), try Size(found.treatment.quantized))
    steps.append(
      Repair.Step(
        remedy: found.remedy, layer: found.remedy.layer.map { best.network.layers[$0].name },
        before: measure(divergence), after: measure(found.divergence),
        addedFileBytes: new.file - old.file, addedArenaBytes: new.arena - old.arena,
        addedWork: new.work - old.work))
    (best, divergence) = (found.treatment, found.divergence)
    return true
  }

  /// The network with one remedy more; nil where that changes nothing or cannot be done.
  private func apply(_ remedy: Remedy) throws -> Treatment? {
    let place = remedy.layer.map { " for \(best.network.layers[$0].name)" } ?? ""
    tell(remedy.words + place)
    if case .training(let epochs, let rate, _) = remedy {
      do {
        let result = try training?.run(best.quantized, rate: rate) { state in
          tell("epoch \(state.epoch) of \(epochs), \(100 * state.imagesDone / state.images) %")
        }
        return result.map { best.trained($0) }
      } catch TrainingError.lossNotFinite {
        // The rate is too high; another one may do.
        return nil
      }
    }
    do throws(QuantizationError) {
      let treated = try best.applying(remedy, images: items.calibration, workers: workers)
      return treated?.quantized.model.fault == nil ? treated : nil
    } catch {
      // A limit of the format: the remedy is none for this network.
      return nil
    }
  }

  /// What a network takes.
  private struct Size {
    let file: Int
    let arena: Int
    let work: Int

    init(_ quantized: QuantizedNetwork) throws {
      let file = OctetFile(quantized.model)
      let model = try Model(copying: file.bytes, workLimit: .max)
      self.file = file.bytes.count
      arena = model.firstRegionBytes + model.secondRegionBytes
      work = Int(model.work.total)
    }
  }
}
