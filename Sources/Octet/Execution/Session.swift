/// One image at a time through a model, in an arena that the caller supplies.
///
/// A session allocates nothing and is owned by one; open as many over one model as there are arenas.
public struct Session<Kernels: RowKernels>: ~Copyable, ~Escapable {
  private var run: ModelRun
  private let kernels: Kernels
  private var arena: MutableRawSpan

  /// Opens a session over the first `model.arenaBytes` bytes of the arena, which must start at a multiple of 4.
  @_lifetime(&arena)
  public init(_ model: Model, arena: inout MutableRawSpan, kernels: Kernels) throws(SessionError) {
    guard arena.byteCount >= model.arenaBytes else {
      throw SessionError.arenaTooSmall(bytes: arena.byteCount, needed: model.arenaBytes)
    }
    let start = Self.start(&arena)
    guard UInt(bitPattern: start) & 3 == 0 else { throw SessionError.arenaNotAligned }
    self.kernels = kernels
    run = ModelRun(model)
    run.open(start, kernels)
    self.arena = arena._mutatingExtracting(..<model.arenaBytes)
  }

  /// The arena's first byte, good as long as the session.
  ///
  /// A pointer in place of a call with a closure: that would need a copy of the model, and to count references to what
  /// all threads share costs them more than a small network.
  @inline(__always)
  private static func start(_ arena: inout MutableRawSpan) -> UnsafeMutableRawPointer {
    guard let start = arena.withUnsafeMutableBytes({ $0.baseAddress }) else {
      preconditionFailure("a model needs an arena of at least a row")
    }
    return start
  }

  /// Rows of the image that have been fed.
  public var rowsFed: Int { run.rowsFed }

  /// Whether the whole image has gone through and the answer is there.
  public var isFinished: Bool { run.isFinished }

  /// Forgets the image, so that row 0 comes next.
  public mutating func restart() { run.restart(Self.start(&arena), kernels) }

  /// Feeds the next row of the image, `model.imageRowBytes` bytes of pixels.
  public mutating func feed(row: Span<UInt8>) throws(SessionError) {
    var observer = NoObserver()
    try feed(row: row, observer: &observer)
  }

  /// Feeds the next row, with an observer.
  public mutating func feed<Observer: RunObserver>(
    row: Span<UInt8>, observer: inout Observer
  ) throws(SessionError) {
    let needed = run.model.imageRowBytes
    guard row.count == needed else { throw SessionError.rowSize(bytes: row.count, needed: needed) }
    guard !isFinished else { throw SessionError.imageComplete }
    run.feed(row: Self.start(row), Self.start(&arena), kernels, &observer)
  }

  /// Runs a whole image, `model.imageBytes` bytes of pixels row by row.
  public mutating func run(image: Span<UInt8>) throws(SessionError) {
    var observer = NoObserver()
    try run(image: image, observer: &observer)
  }

  /// Runs a whole image, with an observer.
  public mutating func run<Observer: RunObserver>(
    image: Span<UInt8>, observer: inout Observer
  ) throws(SessionError) {
    let needed = run.model.imageBytes
    guard image.count == needed else { throw SessionError.imageSize(bytes: image.count, needed: needed) }
    run.run(image: Self.start(image), Self.start(&arena), kernels, &observer)
  }

  /// Pixels, of which there is at least one.
  @inline(__always)
  private static func start(_ pixels: Span<UInt8>) -> UnsafePointer<UInt8> {
    guard let start = pixels.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a row has at least a pixel")
    }
    return start
  }

  /// The logits as they stand; those of the image once it is complete.
  @inline(__always)
  private var outcome: Outcome {
    arena.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else {
        preconditionFailure("a model needs an arena of at least a row")
      }
      return Outcome(run.model, arena: start)
    }
  }
}

extension Session {
  /// The class, once the image is complete: without its probability, which takes longer to work out.
  public var classIndex: Int? { isFinished ? outcome.classIndex : nil }

  /// The class and its probability, once the image is complete.
  public var answer: Answer? { isFinished ? outcome.answer : nil }

  /// Logits of the model: as many as classes, or one.
  public var logitCount: Int { outcome.count }

  /// A logit less the zero point, in steps of the logits' scale; meaningful once the image is complete.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to `logitCount - 1`.
  public func logit(_ index: Int) -> Int32 { outcome.logit(index) }

  /// Calls `body` with each logit in turn, as `logit` has it.
  public func forEachLogit(_ body: (Int32) -> Void) { outcome.forEachLogit(body) }

  /// The probability of a class in 1/65,536, as docs/NUMERICS.md defines it; 0 for a model without a head.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to the model's `classCount - 1`.
  public func probability(of index: Int) -> UInt32 { outcome.probability(of: index) }

  /// Calls `body` with the probability of each class in turn, as `probability(of:)` has it; never for a model without a
  /// head. Softmax adds up its powers once for all.
  public func forEachProbability(_ body: (UInt32) -> Void) { outcome.forEachProbability(body) }
}

extension Session where Kernels == PlainKernels {
  /// Opens a session that computes with the plain kernels.
  @_lifetime(&arena)
  public init(_ model: Model, arena: inout MutableRawSpan) throws(SessionError) {
    try self.init(model, arena: &arena, kernels: PlainKernels())
  }
}

/// Why a session cannot be opened, or a row not be fed.
public enum SessionError: Error, Equatable, Sendable {
  /// The arena has fewer bytes than `model.arenaBytes`.
  case arenaTooSmall(bytes: Int, needed: Int)
  /// The arena must start at a multiple of 4.
  case arenaNotAligned
  /// A row has another number of bytes than the model's input.
  case rowSize(bytes: Int, needed: Int)
  /// An image has another number of bytes than the model's input.
  case imageSize(bytes: Int, needed: Int)
  /// All rows of the image have been fed; `restart` begins the next one.
  case imageComplete
}
