/// One image at a time through a model, in an arena that the caller supplies.
///
/// A session allocates nothing and is owned by one; open as many over one model as there are arenas.
public struct Session<Kernels: RowKernels>: ~Copyable, ~Escapable {
  private var run: ModelRun
  private let kernels: Kernels
  private var arena: MutableRawSpan

  /// Opens a session over the first bytes of the arena, which must start at a multiple of 4: as many as
  /// `kernels.arenaBytes(of: model)` says, which are `model.arenaBytes` with all kernels for chips.
  @_lifetime(&arena)
  public init(_ model: Model, arena: inout MutableRawSpan, kernels: Kernels) throws(SessionError) {
    let needed = kernels.arenaBytes(of: model)
    guard arena.byteCount >= needed else {
      throw SessionError.arenaTooSmall(bytes: arena.byteCount, needed: needed)
    }
    let start = Self.start(&arena)
    guard UInt(bitPattern: start) & 3 == 0 else { throw SessionError.arenaNotAligned }
    self.kernels = kernels
    run = ModelRun(model)
    run.open(start, kernels)
    self.arena = arena._mutatingExtracting(..<needed)
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

  /// The values of an output as they stand; those of the image once it is complete.
  @inline(__always)
  private func outcome(_ output: Int = 0) -> Outcome {
    arena.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else {
        preconditionFailure("a model needs an arena of at least a row")
      }
      return Outcome(run.model, arena: start, output: output)
    }
  }
}

// What the model makes of an image, once the image is complete. Where no output is named, it is the first.
extension Session {
  /// The class, without its probability, which takes longer to work out. Nil until the image is complete, and for an
  /// output that is no class.
  public var classIndex: Int? { isFinished ? outcome().classIndex : nil }

  /// The class and its probability. Nil likewise.
  public var answer: Answer? { isFinished ? outcome().answer : nil }

  /// The same of any output.
  ///
  /// This and the calls below stop the program (a trap) unless there is such an output.
  public func answer(ofOutput output: Int) -> Answer? { isFinished ? outcome(output).answer : nil }

  /// Values of an output: logits as many as classes or labels, or one for two classes; or numbers, row by row, channels
  /// last.
  public func logitCount(ofOutput output: Int = 0) -> Int { outcome(output).count }

  /// A value of an output less the zero point, in steps of the output's scale; meaningful once the image is complete.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to `logitCount(ofOutput:) - 1`.
  public func logit(_ index: Int, ofOutput output: Int = 0) -> Int32 { outcome(output).logit(index) }

  /// Calls `body` with each value in turn, as `logit` has it.
  public func forEachLogit(ofOutput output: Int = 0, _ body: (Int32) -> Void) {
    outcome(output).forEachLogit(body)
  }

  /// The probability of a class or label in 1/65,536, as docs/NUMERICS.md defines it; 0 for an output without a head.
  ///
  /// Stops the program (a trap) unless there is such a class.
  public func probability(of index: Int, ofOutput output: Int = 0) -> UInt32 {
    outcome(output).probability(of: index)
  }

  /// Calls `body` with each probability in turn, as `probability(of:)` has it; never for an output without a head.
  /// Softmax adds up its powers once for all.
  public func forEachProbability(ofOutput output: Int = 0, _ body: (UInt32) -> Void) {
    outcome(output).forEachProbability(body)
  }
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
  /// The arena has fewer bytes than the session needs.
  case arenaTooSmall(bytes: Int, needed: Int)
  /// The arena must start at a multiple of 4.
  case arenaNotAligned
  /// A row has another number of bytes than the model's input.
  case rowSize(bytes: Int, needed: Int)
  /// An image has another number of bytes than the model's input.
  case imageSize(bytes: Int, needed: Int)
  /// All rows of the image have been fed; `restart` begins the next one.
  case imageComplete
  /// The model's first output holds no classes.
  case noClasses
}
