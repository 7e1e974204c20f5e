import Octet
import Synchronization

/// A model that is ready to run with the fastest kernels of this machine. It owns all that it needs.
///
/// Many threads may share one: each call takes an arena that is free, or makes another, so there are as many as calls
/// at once. `Session` is for chips and for programs that count bytes: it runs in memory of the caller's and allocates
/// nothing.
///
/// ```swift
/// let classifier = try Classifier(file)
/// let found = try classifier.classify(image)
/// print(classifier.labels[found.classIndex], found.probabilities)
/// ```
public struct Classifier: Sendable {
  /// The model, for its sizes, labels and cost.
  public let model: Model
  /// The name of each class.
  public let labels: [String]
  private let kernels: HostKernels
  private let places: FreePlaces

  /// Checks a copy of the bytes of an .octet file, and keeps it.
  ///
  /// - Parameters:
  ///   - file: the whole file.
  ///   - workLimit: the most operations that an image may take, as `Work.total` counts them.
  /// - Throws: `ModelError` with the rule that the file breaks.
  public init(_ file: [UInt8], workLimit: UInt64 = Work.defaultLimit) throws(ModelError) {
    self.init(try Model(copying: file, workLimit: workLimit))
  }

  /// Prepares a model that has been checked.
  public init(_ model: Model) { self.init(model, HostKernels(model, .best)) }

  package init(_ model: Model, _ kernels: HostKernels) {
    self.model = model
    self.kernels = kernels
    labels = model.labels
    places = FreePlaces()
  }

  /// What the model makes of an image: rows of pixels from the top, channels last, `model.imageBytes` bytes.
  ///
  /// - Throws: `SessionError.imageSize` for another number of bytes.
  public func classify(_ image: [UInt8]) throws(SessionError) -> Classification {
    try classify(image.span)
  }

  /// What the model makes of an image, wherever it lies.
  ///
  /// - Throws: `SessionError.imageSize` for another number of bytes.
  public func classify(_ image: Span<UInt8>) throws(SessionError) -> Classification {
    let found = try outputs(image)[0]
    guard let classIndex = found.classIndex else { throw SessionError.noClasses }
    return Classification(classIndex: classIndex, shares: found.shares, logits: found.logits)
  }

  /// All outputs of the model for numbers that are no pixels, in the order of the file.
  ///
  /// - Parameter features: what the model was quantized with, one number for each of `model.imageBytes`. Each becomes
  ///   the nearest integer of the model's input; what is no number counts as 0.
  /// - Throws: `SessionError.imageSize` for another count of numbers.
  public func outputs(features: [Float]) throws(SessionError) -> [OutputValues] {
    let fed = features.map(model.inputScale.fed)
    // What becomes of pixels on their way in is not done to these; such models are prepared once more.
    return try model.pixelMap == nil ? outputs(fed.span) : Classifier(model.takingIntegers).outputs(fed.span)
  }

  /// All outputs of the model for an image, in the order of the file, whatever they hold.
  ///
  /// - Throws: `SessionError.imageSize` for another number of bytes.
  public func outputs(_ image: Span<UInt8>) throws(SessionError) -> [OutputValues] {
    guard image.count == model.imageBytes else {
      throw SessionError.imageSize(bytes: image.count, needed: model.imageBytes)
    }
    let place = places.take() ?? RunPlace(model, kernels)
    defer { places.give(place) }
    return place.run(image)
  }
}

/// What a model made of an image.
public struct Classification: Equatable, Sendable {
  /// The class, counted from 0.
  public let classIndex: Int
  /// Of each class, in 1/65,536 as on every target; empty for a model without probabilities.
  public let shares: [UInt32]
  /// The values before a closing softmax or sigmoid, less their zero point, in steps of their scale.
  public let logits: [Int32]

  /// Of each class, 0 to 1; empty for a model without probabilities.
  public var probabilities: [Double] { shares.map { Double($0) / 65_536 } }
}

/// What one output of a model holds for an image.
public struct OutputValues: Equatable, Sendable {
  /// What the values say.
  public let meaning: OutputMeaning
  /// The class, counted from 0; nil where the output holds no classes.
  public let classIndex: Int?
  /// Of each class or label, or of each number that ends in a sigmoid, in 1/65,536 as on every target; empty for an
  /// output without probabilities.
  public let shares: [UInt32]
  /// The values before a closing softmax or sigmoid, less their zero point, in steps of their scale: row by row,
  /// channels last.
  public let logits: [Int32]
  /// What a step of the values is worth.
  public let scale: Float

  /// What the output gives: the probability of each class or label, from 0 to 1, where it has some; else the values
  /// themselves, row by row, channels last.
  public var numbers: [Float] {
    shares.isEmpty ? logits.map { scale * Float($0) } : shares.map { Float($0) / 65_536 }
  }
}

/// A run with its arena. Handed from thread to thread, but used only by the one that took it from `FreePlaces`.
private final class RunPlace: @unchecked Sendable {
  private var run: ModelRun
  private let kernels: HostKernels
  private let arena: UnsafeMutableRawPointer

  init(_ model: Model, _ kernels: HostKernels) {
    arena = .allocate(byteCount: kernels.arenaBytes(of: model), alignment: 64)
    self.kernels = kernels
    run = ModelRun(model)
    run.open(RunMemory(arena), kernels)
  }

  deinit { arena.deallocate() }

  /// - Parameter image: of the model's size, so there is a pixel.
  func run(_ image: Span<UInt8>) -> [OutputValues] {
    guard let pixels = image.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("an image has at least a pixel")
    }
    var observer = NoObserver()
    run.run(image: pixels, RunMemory(arena), kernels, &observer)
    return (0..<run.model.outputCount).map { output in
      let outcome = Outcome(run.model, RunMemory(arena), output: output)
      var shares: [UInt32] = []
      outcome.forEachProbability { shares.append($0) }
      var logits: [Int32] = []
      outcome.forEachLogit { logits.append($0) }
      return OutputValues(
        meaning: run.model.meaning(ofOutput: output), classIndex: outcome.classIndex, shares: shares,
        logits: logits, scale: Float(bitPattern: run.model.tensor(run.model.output(output).tensor).scaleBits))
    }
  }
}

/// Places that no call uses now.
private final class FreePlaces: Sendable {
  private let free = Mutex<[RunPlace]>([])

  func take() -> RunPlace? { free.withLock { $0.popLast() } }

  func give(_ place: RunPlace) { free.withLock { $0.append(place) } }
}
