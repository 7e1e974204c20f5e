import Octet
import OctetHostKernelsC

/// The weights of a model in the order in which one instruction set reads them.
///
/// Never changes once it is made, so threads may share it. The pointers lead into `storage`, which goes with the object.
final class PackedModel: @unchecked Sendable {
  let set: InstructionSet
  /// Nil for the plain set.
  let kernels: UnsafePointer<octet_kernels>?
  /// Nil where the plain kernels have to do it.
  private let layers: UnsafeMutableBufferPointer<UnsafePointer<octet_layer>?>
  private let storage: PackedStorage
  private let model: Model
  private var program: RowProgram?
  /// Images that a batch runs side by side: 1 where no layer gains by more, or where their arenas would be large.
  private(set) var imagesTogether = 1

  /// Bytes of an arena of which a batch has several.
  private static var largestBatchArena: Int { 4 << 20 }

  init(_ model: Model, _ set: InstructionSet) {
    self.set = set
    self.model = model
    kernels = set == .plain ? nil : octet_kernels_named(set.rawValue)
    layers = .allocate(capacity: model.layerCount)
    layers.initialize(repeating: nil)
    storage = PackedStorage()
    guard let kernels else { return }
    let packer = LayerPacker(model: model, kernels: kernels.pointee, storage: storage)
    for index in layers.indices { layers[index] = packer.pack(index) }
    let program = RowProgram(model, self, in: storage)
    self.program = program
    if program.gainsTogether, model.arenaBytes <= Self.largestBatchArena {
      imagesTogether = RowProgram.imagesTogether
    }
  }

  deinit { layers.deallocate() }

  /// False for the plain set.
  func run<Observer: RunObserver>(
    image: UnsafePointer<UInt8>, arena: UnsafeMutableRawPointer, observer: inout Observer
  ) -> Bool {
    guard let program, let kernels else { return false }
    program.run(model, kernels, image: image, arena: arena, observer: &observer)
    return true
  }

  /// Runs `imagesTogether` images, which are more than one.
  func runTogether(
    images: UnsafePointer<UInt8>, imageBytes: Int, arenas: UnsafeMutableRawPointer, stride: Int
  ) {
    guard let program, let kernels, imagesTogether > 1 else {
      preconditionFailure("without a program, or a layer that gains by it, images run alone")
    }
    program.runTogether(
      model, kernels, images: images, imageBytes: imageBytes, arenas: arenas, stride: stride)
  }

  /// A layer's weights; `index` is one of the model's.
  @inline(__always)
  func layer(_ index: Int) -> UnsafePointer<octet_layer>? { layers[index] }
}

/// Memory that packed weights lie in, aligned to the cache's lines, given back together.
final class PackedStorage {
  private var pieces: [UnsafeMutableRawPointer] = []

  deinit { for piece in pieces { piece.deallocate() } }

  /// Zeros.
  func allocate<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let piece = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    piece.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pieces.append(piece)
    return piece.bindMemory(to: type, capacity: count)
  }

  func keep<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
    let place = allocate(elements.count, of: Element.self)
    place.initialize(from: elements, count: elements.count)
    return UnsafeBufferPointer(start: place, count: elements.count)
  }
}
