import Octet

/// Many images through a model, some of them side by side, in arenas that the caller supplies.
///
/// Dense layers on a host mostly wait for their weights; images that run together share that. The answers are the bits
/// that a `Session` gives.
package struct BatchSession: ~Copyable, ~Escapable {
  private var run: BatchRun
  private var arenas: MutableRawSpan

  /// Bytes that a batch over this model needs, at a multiple of 4.
  package static func arenaBytes(_ model: Model, _ kernels: HostKernels) -> Int {
    BatchRun.arenaBytes(model, kernels)
  }

  @_lifetime(&arenas)
  package init(_ model: Model, arenas: inout MutableRawSpan, kernels: HostKernels) throws(SessionError) {
    let needed = Self.arenaBytes(model, kernels)
    guard arenas.byteCount >= needed else {
      throw SessionError.arenaTooSmall(bytes: arenas.byteCount, needed: needed)
    }
    guard let start = arenas.withUnsafeMutableBytes({ $0.baseAddress }) else {
      preconditionFailure("a model needs an arena of at least a row")
    }
    guard UInt(bitPattern: start) % 4 == 0 else { throw SessionError.arenaNotAligned }
    run = BatchRun(model, arenas: start, kernels)
    self.arenas = arenas._mutatingExtracting(..<needed)
  }

  /// Runs images of `model.imageBytes` bytes each, one after another in memory, and calls `body` with each one's number
  /// and its first output, which is good during the call.
  package mutating func run(
    images: Span<UInt8>, _ body: (_ image: Int, _ outcome: Outcome) -> Void
  ) throws(SessionError) {
    let first = Outcome(run.model, RunMemory(run.arenas))
    try forEach(images) { image, offset in body(image, first.moved(by: offset)) }
  }

  /// The same with every output.
  package mutating func runAll(
    images: Span<UInt8>, _ body: (_ image: Int, _ outcomes: Outcomes) -> Void
  ) throws(SessionError) {
    let first = Outcomes(run.model, run.arenas)
    try forEach(images) { image, offset in body(image, first.moved(by: offset)) }
  }

  /// Inlined, so that who wants one output pays for no other.
  @inline(__always)
  private mutating func forEach(
    _ images: Span<UInt8>, _ body: (_ image: Int, _ offset: Int) -> Void
  ) throws(SessionError) {
    let bytes = run.model.imageBytes
    let count = images.count / bytes
    guard count * bytes == images.count else {
      throw SessionError.imageSize(bytes: images.count, needed: (count + 1) * bytes)
    }
    guard let pixels = images.withUnsafeBufferPointer({ $0.baseAddress }) else { return }
    // What a batch opened with may have been moved since.
    let start = arenas.withUnsafeMutableBytes { $0.baseAddress }
    guard start == run.arenas else { preconditionFailure("arenas stay where they are") }
    run.forEach(pixels, count: count, body)
  }
}

/// A batch in arenas whose owner sees to it that they live as long.
package struct BatchRun: ~Copyable {
  private var run: ModelRun
  private let kernels: HostKernels
  fileprivate let arenas: UnsafeMutableRawPointer
  /// From arena to arena, so that each starts at a multiple of 4.
  private let stride: Int

  package var model: Model { run.model }

  /// Bytes that a batch over this model needs.
  package static func arenaBytes(_ model: Model, _ kernels: HostKernels) -> Int {
    stride(model, kernels) * kernels.imagesTogether
  }

  private static func stride(_ model: Model, _ kernels: HostKernels) -> Int {
    (kernels.arenaBytes(of: model) + 3) / 4 * 4
  }

  /// - Parameter arenas: `arenaBytes` bytes at a multiple of 4.
  package init(_ model: Model, arenas: UnsafeMutableRawPointer, _ kernels: HostKernels) {
    self.kernels = kernels
    self.arenas = arenas
    stride = Self.stride(model, kernels)
    run = ModelRun(model)
    for place in 0..<kernels.imagesTogether { run.open(RunMemory(arenas + place * stride), kernels) }
  }

  /// Runs `count` images of `model.imageBytes` bytes each, and calls `body` with each one's number and where its arena
  /// starts, in bytes from the first. That holds its outputs until the call ends.
  @inline(__always)
  package mutating func forEach(
    _ pixels: UnsafePointer<UInt8>, count: Int,
    _ body: (_ image: Int, _ offset: Int) -> Void
  ) {
    let bytes = run.model.imageBytes
    let most = kernels.imagesTogether
    var image = 0
    while most > 1 {
      let together = min(most, count - image) / HostProgram.imagesInRegisters * HostProgram.imagesInRegisters
      if together == 0 { break }
      kernels.runTogether(images: pixels + image * bytes, count: together, arenas: arenas, stride: stride)
      for place in 0..<together { body(image + place, place * stride) }
      image += together
    }
    var observer = NoObserver()
    while image < count {
      run.run(image: pixels + image * bytes, RunMemory(arenas), kernels, &observer)
      body(image, 0)
      image += 1
    }
  }
}

/// The outputs of one image, good until the next one is run.
package struct Outcomes {
  private let firsts: [Outcome]
  private var offset = 0

  /// - Parameter arena: the first image's.
  fileprivate init(_ model: Model, _ arena: UnsafeMutableRawPointer) {
    firsts = (0..<model.outputCount).map { Outcome(model, RunMemory(arena), output: $0) }
  }

  /// Those of an image whose arena lies so many bytes after the first.
  fileprivate func moved(by bytes: Int) -> Outcomes {
    var moved = self
    moved.offset = bytes
    return moved
  }

  package subscript(_ output: Int) -> Outcome { firsts[output].moved(by: offset) }
}
