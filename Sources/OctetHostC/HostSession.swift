import COctetHost
import Octet
import OctetHostKernels

/// How many values an output has for an item.
struct OutputShape {
  let integers: Int
  let reals: Int
  let hasProbabilities: Bool
  let scale: Float

  init(_ model: Model, _ index: Int) {
    let tensor = model.tensor(model.output(index).tensor)
    integers = Int(tensor.height) * tensor.rowValues
    hasProbabilities = model.head(ofOutput: index) != .linear
    // One integer can tell two classes apart.
    let isPair = integers == 1 && model.meaning(ofOutput: index) == .classes
    reals = hasProbabilities && isPair ? 2 : integers
    scale = Float(bitPattern: tensor.scaleBits)
  }
}

/// What an `octet_host_session` is. One thread uses it at a time.
final class HostSession {
  private let shared: HostModel
  /// For pixels, and for integers of the input where that is another model; made when they are first used.
  private var pixels: HostArenas?
  private var integers: HostArenas?
  private let shapes: [OutputShape]
  /// What items of another type become, some of them at a time.
  private var fed: [UInt8] = []
  /// Made when the first picture comes.
  private var pictures: PictureSource?

  /// Items that are brought to another type at a time.
  private static let piece = 64

  init(_ shared: HostModel) {
    self.shared = shared
    shapes = (0..<shared.model.outputCount).map { OutputShape(shared.model, $0) }
  }

  func run(
    type: Int32, _ items: UnsafeRawPointer, count: Int, _ targets: UnsafeBufferPointer<octet_destination>
  ) throws(Failure) {
    let size = try itemBytes(targets)
    switch type {
    case Int32(OCTET_UINT8):
      arenas(forPixels: true).run(
        items.assumingMemoryBound(to: UInt8.self), count: count, first: 0, targets, shapes)
    case Int32(OCTET_INT8):
      inPieces(count, size, targets) { first, fed in
        Self.flip(items + first * size, to: fed)
      }
    case Int32(OCTET_FLOAT32):
      let values = items.assumingMemoryBound(to: Float.self)
      let scale = shared.model.inputScale
      inPieces(count, size, targets) { first, fed in
        let values = values + first * size
        for place in fed.indices { fed[place] = scale.fed(values[place]) }
      }
    default:
      throw Failure(
        Int(OCTET_BAD_ITEMS),
        "type \(type) is none: give OCTET_UINT8 (0), OCTET_INT8 (1) or OCTET_FLOAT32 (2)")
    }
  }

  /// Bytes of an item, where there are no more targets than outputs.
  func itemBytes(_ targets: UnsafeBufferPointer<octet_destination>) throws(Failure) -> Int {
    guard targets.count <= shapes.count else {
      throw Failure(
        Int(OCTET_NO_RESULT), "there are \(targets.count) destinations: the model has \(shapes.count) outputs"
      )
    }
    return shared.model.imageBytes
  }

  /// What reads pictures for the model.
  func pictureSource() throws(Failure) -> PictureSource {
    if let pictures { return pictures }
    let source = try PictureSource(shared.model)
    pictures = source
    return source
  }

  /// Runs what pictures have become.
  func run(pixels: [UInt8], count: Int, first: Int, _ targets: UnsafeBufferPointer<octet_destination>) {
    pixels.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return }
      arenas(forPixels: true).run(start, count: count, first: first, targets, shapes)
    }
  }

  /// Writes that an item has no result.
  func clear(_ item: Int, _ targets: UnsafeBufferPointer<octet_destination>) {
    for (target, shape) in zip(targets, shapes) {
      target.reals?.advanced(by: item * shape.reals).update(repeating: 0, count: shape.reals)
      target.integers?.advanced(by: item * shape.integers).update(repeating: 0, count: shape.integers)
      target.classes?[item] = -1
    }
  }

  /// Runs items that are first brought to bytes, by `bring`: from the item with this number on, as many as fill the
  /// place.
  @inline(__always)
  private func inPieces(
    _ count: Int, _ size: Int, _ targets: UnsafeBufferPointer<octet_destination>,
    _ bring: (_ first: Int, _ fed: UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    let arenas = arenas(forPixels: false)
    fed = fed.isEmpty ? [UInt8](repeating: 0, count: Self.piece * size) : fed
    var first = 0
    while first < count {
      let items = min(Self.piece, count - first)
      fed.withUnsafeMutableBufferPointer { fed in
        bring(first, UnsafeMutableBufferPointer(rebasing: fed[..<(items * size)]))
        guard let start = fed.baseAddress else { return }
        arenas.run(UnsafePointer(start), count: items, first: first, targets, shapes)
      }
      first += items
    }
  }

  /// Integers of the input as the runtime takes them: each plus 128. Eight at once, as the compiler does not see that
  /// the two places are apart.
  private static func flip(_ integers: UnsafeRawPointer, to fed: UnsafeMutableBufferPointer<UInt8>) {
    guard let start = fed.baseAddress.map({ UnsafeMutableRawPointer($0) }) else { return }
    var place = 0
    while place + 8 <= fed.count {
      let eight = integers.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      start.storeBytes(of: eight ^ 0x8080_8080_8080_8080, toByteOffset: place, as: UInt64.self)
      place += 8
    }
    while place < fed.count {
      fed[place] = integers.load(fromByteOffset: place, as: UInt8.self) ^ 0x80
      place += 1
    }
  }

  private func arenas(forPixels: Bool) -> HostArenas {
    if forPixels || shared.model.pixelMap == nil {
      let arenas = pixels ?? HostArenas(shared.model, shared.kernels)
      pixels = arenas
      return arenas
    }
    if let integers { return integers }
    let (model, kernels) = shared.takingIntegers
    let arenas = HostArenas(model, kernels)
    integers = arenas
    return arenas
  }
}

/// A batch with arenas of its own.
private final class HostArenas {
  private var batch: BatchRun
  private let arenas: UnsafeMutableRawPointer
  /// The outputs of the first of several images.
  private let firsts: [Outcome]

  init(_ model: Model, _ kernels: HostKernels) {
    arenas = .allocate(byteCount: BatchRun.arenaBytes(model, kernels), alignment: 64)
    batch = BatchRun(model, arenas: arenas, kernels)
    firsts = (0..<model.outputCount).map { [arenas] in Outcome(model, RunMemory(arenas), output: $0) }
  }

  deinit { arenas.deallocate() }

  /// - Parameter first: the place of the first item in the targets.
  func run(
    _ items: UnsafePointer<UInt8>, count: Int, first: Int, _ targets: UnsafeBufferPointer<octet_destination>,
    _ shapes: [OutputShape]
  ) {
    batch.forEach(items, count: count) { item, offset in
      for (index, target) in targets.enumerated() {
        Self.write(firsts[index].moved(by: offset), shapes[index], to: target, item: first + item)
      }
    }
  }

  @inline(__always)
  private static func write(
    _ outcome: Outcome, _ shape: OutputShape, to target: octet_destination, item: Int
  ) {
    if var reals = target.reals.map({ $0 + item * shape.reals }) {
      if shape.hasProbabilities {
        outcome.forEachProbability {
          reals.pointee = Float($0) / 65_536
          reals += 1
        }
      } else {
        outcome.forEachLogit {
          reals.pointee = shape.scale * Float($0)
          reals += 1
        }
      }
    }
    if var integers = target.integers.map({ $0 + item * shape.integers }) {
      outcome.forEachLogit {
        integers.pointee = $0
        integers += 1
      }
    }
    if let classes = target.classes { classes[item] = outcome.classIndex.map { Int32($0) } ?? -1 }
  }
}

/// Opens a session.
@c @implementation
public func octet_host_open_session(
  _ model: OpaquePointer, _ result: UnsafeMutablePointer<OpaquePointer?>
) -> Int32 {
  result.pointee = owned(HostSession(object(model, as: HostModel.self)))
  return Int32(OCTET_OK)
}

/// Closes a session.
@c @implementation
public func octet_host_close_session(_ session: OpaquePointer?) {
  guard let session else { return }
  Unmanaged<HostSession>.fromOpaque(UnsafeRawPointer(session)).release()
}

/// Runs items.
@c @implementation
public func octet_host_run(
  _ session: OpaquePointer, _ type: Int32, _ items: UnsafeRawPointer, _ count: Int,
  _ destinations: UnsafePointer<octet_destination>, _ outputs: Int
) -> Int32 {
  status {
    try object(session, as: HostSession.self).run(
      type: type, items, count: count, UnsafeBufferPointer(start: destinations, count: outputs))
  }
}
