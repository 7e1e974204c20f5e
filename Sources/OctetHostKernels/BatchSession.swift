import Octet

/// Many images through a model, some of them side by side, in arenas that the caller supplies.
///
/// Dense layers on a host mostly wait for their weights; images that run together share that. The answers are the bits that a
/// `Session` gives.
package struct BatchSession: ~Copyable, ~Escapable {
  /// Has the answer of one image after the other.
  private var session: Session<HostKernels>
  private let kernels: HostKernels
  private let model: Model
  private let arenas: UnsafeMutableRawPointer

  /// Bytes that a batch over this model needs, at a multiple of 4.
  package static func arenaBytes(_ model: Model, _ kernels: HostKernels) -> Int {
    stride(model) * kernels.imagesTogether
  }

  /// From arena to arena, so that each starts at a multiple of 4.
  private static func stride(_ model: Model) -> Int { (model.arenaBytes + 3) / 4 * 4 }

  @_lifetime(&arenas)
  package init(_ model: Model, arenas: inout MutableRawSpan, kernels: HostKernels) throws(SessionError) {
    let needed = Self.arenaBytes(model, kernels)
    guard arenas.byteCount >= needed else {
      throw SessionError.arenaTooSmall(bytes: arenas.byteCount, needed: needed)
    }
    let stride = Self.stride(model)
    for place in 1..<kernels.imagesTogether {
      // Opened once, as that fills in the borders.
      var arena = arenas._mutatingExtracting(place * stride..<(place + 1) * stride)
      _ = try Session(model, arena: &arena, kernels: kernels)
    }
    guard let start = arenas.withUnsafeMutableBytes({ $0.baseAddress }) else {
      preconditionFailure("a model needs an arena of at least a row")
    }
    session = try Session(model, arena: &arenas, kernels: kernels)
    self.arenas = start
    self.kernels = kernels
    self.model = model
  }

  /// Runs images of `model.imageBytes` bytes each, one after another in memory, and calls `body` with each one's number
  /// and a session that has its answer.
  package mutating func run(
    images: Span<UInt8>, _ body: (_ image: Int, _ session: inout Session<HostKernels>) -> Void
  ) throws(SessionError) {
    let bytes = model.imageBytes
    let count = images.count / bytes
    guard count * bytes == images.count else {
      throw SessionError.imageSize(bytes: images.count, needed: (count + 1) * bytes)
    }
    let together = kernels.imagesTogether
    var image = 0
    while together > 1, image + together <= count {
      runTogether(images, from: image)
      for place in 0..<together {
        session.moveToAnswer(in: arenas + place * Self.stride(model))
        body(image + place, &session)
      }
      image += together
    }
    while image < count {
      try session.run(image: images.extracting(image * bytes..<(image + 1) * bytes))
      body(image, &session)
      image += 1
    }
  }

  @inline(__always)
  private func runTogether(_ images: Span<UInt8>, from first: Int) {
    images.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return }
      kernels.runTogether(
        images: start + first * model.imageBytes, imageBytes: model.imageBytes, arenas: arenas,
        stride: Self.stride(model))
    }
  }
}
