/// One image at a time through a model, in an arena that the caller supplies.
///
/// A session allocates nothing and is owned by one; open as many over one model as there are arenas.
public struct Session<Kernels: RowKernels>: ~Copyable, ~Escapable {
  private var run: ModelRun
  private let kernels: Kernels
  private var arena: MutableRawSpan
  #if OCTET_REGIONS || !hasFeature(Embedded)
    /// Where regions of the arena are blocks of their own.
    private var regions: RunMemory?
  #endif

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
    run.open(RunMemory(start), kernels)
    self.arena = arena._mutatingExtracting(..<needed)
    #if OCTET_REGIONS || !hasFeature(Embedded)
      regions = nil
    #endif
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

  /// The memory of the run, good as long as the session.
  @inline(__always)
  private mutating func memory() -> RunMemory {
    #if OCTET_REGIONS || !hasFeature(Embedded)
      if let regions { return regions }
    #endif
    return RunMemory(Self.start(&arena))
  }

  /// Rows of the image that have been fed.
  public var rowsFed: Int { run.rowsFed }

  /// Whether the whole image has gone through and the answer is there.
  public var isFinished: Bool { run.isFinished }

  /// Forgets the image, so that row 0 comes next.
  public mutating func restart() { run.restart(memory(), kernels) }

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
    let memory = memory()
    guard !memory.lacksInput else { throw SessionError.inputIsHeld }
    run.feed(row: Self.start(row), memory, kernels, &observer)
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
    let memory = memory()
    guard !memory.lacksInput else { throw SessionError.inputIsHeld }
    run.run(image: Self.start(image), memory, kernels, &observer)
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
      let arena = RunMemory(UnsafeMutableRawPointer(mutating: start))
      #if OCTET_REGIONS || !hasFeature(Embedded)
        return Outcome(run.model, regions ?? arena, output: output)
      #else
        return Outcome(run.model, arena, output: output)
      #endif
    }
  }
}

#if OCTET_REGIONS || !hasFeature(Embedded)
  // Arenas that are no one block.
  extension Session {
    /// Opens a session for an input that the caller holds, which the arena then has no room for.
    ///
    /// - Parameters:
    ///   - model: one with `holdsInput`.
    ///   - arena: `model.firstRegionBytes + model.secondRegionBytes` bytes at a multiple of 4.
    ///   - kernels: of the host or chip.
    @_lifetime(&arena)
    public init(
      _ model: Model, arenaBesideInput arena: inout MutableRawSpan, kernels: Kernels
    ) throws(SessionError) {
      let start = try Self.start(&arena, of: model.firstRegionBytes &+ model.secondRegionBytes)
      self.init(model, &arena, RunMemory(model, first: start, second: nil), kernels)
    }

    /// Opens a session over two regions of memory. Where `model.holdsInput`, neither has room for the input.
    ///
    /// - Parameters:
    ///   - model: one with a second region.
    ///   - first: `model.firstRegionBytes` bytes at a multiple of 4, best in the faster memory.
    ///   - second: `model.secondRegionBytes` bytes at a multiple of 4; none where that is 0.
    ///   - kernels: of the host or chip.
    @_lifetime(&first, &second)
    public init(
      _ model: Model, first: inout MutableRawSpan, second: inout MutableRawSpan, kernels: Kernels
    ) throws(SessionError) {
      let start = try Self.start(&first, of: model.firstRegionBytes)
      let other =
        model.secondRegionBytes > 0 ? try Self.start(&second, of: model.secondRegionBytes) : nil
      self.init(model, &first, RunMemory(model, first: start, second: other), kernels)
    }

    @_lifetime(&arena)
    private init(
      _ model: Model, _ arena: inout MutableRawSpan, _ memory: RunMemory, _ kernels: Kernels
    ) {
      self.kernels = kernels
      run = ModelRun(model)
      run.open(memory, kernels)
      regions = memory
      self.arena = arena._mutatingExtracting(..<model.firstRegionBytes)
    }

    /// The first byte of a block that is large enough.
    private static func start(
      _ block: inout MutableRawSpan, of bytes: Int
    ) throws(SessionError) -> UnsafeMutableRawPointer {
      guard block.byteCount >= bytes else {
        throw SessionError.arenaTooSmall(bytes: block.byteCount, needed: bytes)
      }
      let start = start(&block)
      guard UInt(bitPattern: start) & 3 == 0 else { throw SessionError.arenaNotAligned }
      return start
    }

    /// Runs an image that the caller holds: `model.heldInputBytes` values at a multiple of 4, in flash or RAM, which
    /// are read where they are.
    ///
    /// The values are integers of the input, not pixels, with the border's cells around them, which must hold the
    /// input's zero point: `Model.hold(_:in:)` writes an image in this form.
    public mutating func run(held: Span<Int8>) throws(SessionError) {
      var observer = NoObserver()
      try run(held: held, observer: &observer)
    }

    /// The same with an observer.
    public mutating func run<Observer: RunObserver>(
      held: Span<Int8>, observer: inout Observer
    ) throws(SessionError) {
      let model = run.model
      guard model.holdsInput else { throw SessionError.inputIsStreamed }
      guard held.count == model.heldInputBytes else {
        throw SessionError.imageSize(bytes: held.count, needed: model.heldInputBytes)
      }
      guard let start = held.withUnsafeBufferPointer({ $0.baseAddress }), UInt(bitPattern: start) & 3 == 0
      else { throw SessionError.inputNotAligned }
      guard model.isFramed(start) else { throw SessionError.inputBorder }
      let image = UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
      run.run(image: image, memory().holding(start, model), kernels, &observer)
    }
  }

  extension Model {
    /// Writes an image, `imageBytes` bytes of pixels, in the form in which a caller may hold it, `heldInputBytes`
    /// values: each pixel as the integer that goes in, the border around it.
    public func hold(_ image: Span<UInt8>, in held: inout MutableSpan<Int8>) throws(SessionError) {
      guard holdsInput else { throw SessionError.inputIsStreamed }
      guard image.count == imageBytes else {
        throw SessionError.imageSize(bytes: image.count, needed: imageBytes)
      }
      guard held.count == heldInputBytes else {
        throw SessionError.imageSize(bytes: held.count, needed: heldInputBytes)
      }
      guard let pixels = image.withUnsafeBufferPointer({ $0.baseAddress }),
        let target = held.withUnsafeMutableBufferPointer({ $0.baseAddress })
      else { preconditionFailure("an image has at least a pixel") }
      hold(pixels, in: target)
    }
  }
#endif

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
  /// The arena has no room for rows of the input, which the caller holds: give it whole, or open the session with an
  /// arena of `model.arenaBytes`.
  case inputIsHeld
  /// The model's input is not one that a caller can hold: feed its rows.
  case inputIsStreamed
  /// A held input must start at a multiple of 4.
  case inputNotAligned
  /// A cell of a held input's border is not the input's zero point.
  case inputBorder
}
