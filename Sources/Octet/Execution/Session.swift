/// One image at a time through a model, in an arena that the caller supplies.
///
/// Rows of the image go in one by one, and every layer computes a row as soon as it can, so only a few rows of each tensor
/// exist at any time. A session allocates nothing and is owned by one; open as many over one model as there are arenas.
public struct Session<Kernels: RowKernels>: ~Copyable, ~Escapable {
  let model: Model
  let kernels: Kernels
  var arena: MutableRawSpan
  var order: RowOrder
  /// Rows of the image that have been fed.
  public internal(set) var rowsFed = 0

  /// Opens a session over the first `model.arenaBytes` bytes of the arena, which must start at a multiple of 4.
  @_lifetime(&arena)
  public init(_ model: Model, arena: inout MutableRawSpan, kernels: Kernels) throws(SessionError) {
    guard arena.byteCount >= model.arenaBytes else {
      throw SessionError.arenaTooSmall(bytes: arena.byteCount, needed: model.arenaBytes)
    }
    let place = arena.withUnsafeMutableBytes { UInt(bitPattern: $0.baseAddress) & 3 }
    guard place == 0 else { throw SessionError.arenaNotAligned }
    self.model = model
    self.kernels = kernels
    self.arena = arena._mutatingExtracting(..<model.arenaBytes)
    order = RowOrder(model)
    let pointer = arenaPointer()
    for index in 0...model.layerCount { pointer.fillRing(model.tensor(index)) }
    restart()
  }

  /// Forgets the image, so that row 0 comes next.
  public mutating func restart() {
    order.restart(model)
    rowsFed = 0
    let arena = arenaPointer()
    for index in 0...model.layerCount {
      arena.restoreBorder(model.tensor(index))
      if index < model.layerCount { arena.startAccumulators(model, layer: index) }
    }
  }

  /// Whether the whole image has gone through and the answer is there.
  public var isFinished: Bool { rowsFed == Int(model.input.height) }

  /// The arena's bytes, good as long as the session.
  ///
  /// A pointer in place of a call with a closure: that would need a copy of the model, and to count references to what all
  /// threads share costs them more than a small network.
  @inline(__always)
  mutating func arenaPointer() -> ArenaPointer {
    guard let start = arena.withUnsafeMutableBytes({ $0.baseAddress }) else {
      preconditionFailure("a model needs an arena of at least a row")
    }
    return ArenaPointer(start: start)
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
  case arenaTooSmall(bytes: Int, needed: Int)
  /// The arena must start at a multiple of 4.
  case arenaNotAligned
  /// A row has another number of bytes than the model's input.
  case rowSize(bytes: Int, needed: Int)
  case imageSize(bytes: Int, needed: Int)
  /// All rows of the image have been fed; `restart` begins the next one.
  case imageComplete
}
