import Octet
import OctetHostKernelsC

/// The weights of a model in the order in which one instruction set reads them, and its steps.
///
/// Never changes once it is made, so threads may share it. The pointers lead into `storage` and into the model's bytes.
final class PackedModel: @unchecked Sendable {
  let set: InstructionSet
  /// Nil for a model that the plain kernels have to run, row by row.
  let program: HostProgram?
  /// The most images that a batch runs side by side: 1 where no layer gains by more, or where their arenas would be
  /// large.
  let imagesTogether: Int
  private let storage: PackedStorage
  /// Kept for its bytes.
  private let model: Model

  /// Bytes of an arena of which a batch has several.
  private static var largestBatchArena: Int { 4 << 20 }

  init(_ model: Model, _ set: InstructionSet, leastShared: Int) {
    self.set = set
    self.model = model
    storage = PackedStorage()
    let kernels = set == .plain ? nil : octet_kernels_named(set.rawValue)
    var layers = [PackedLayer](repeating: PackedLayer(), count: model.layerCount)
    if let kernels {
      let packer = LayerPacker(model: model, kernels: kernels.pointee, storage: storage)
      for index in layers.indices { layers[index] = packer.packAll(index) }
      storage.endPacking()
    }
    program = HostProgram(model, kernels, in: storage, packed: layers)
    imagesTogether =
      if let program, program.sharedWeights >= leastShared, program.arenaBytes <= Self.largestBatchArena {
        program.mostTogether
      } else {
        1
      }
  }
}

extension PackedModel {
  /// Nil likewise.
  func bound(of layer: Int, _ rates: KernelRates) -> LayerBound? {
    guard let program, let kernels = octet_kernels_named(set.rawValue) else { return nil }
    return program.bound(of: layer, model, kernels.pointee, rates, weightBytes: weightBytes)
  }

  /// Bytes of all weights, a byte each: those of fewer bits are laid out as bytes too.
  private var weightBytes: Int {
    (0..<model.layerCount).reduce(0) { sum, layer in
      let shape = model.shape(layer)
      return sum + Int(shape.weightsPerOutput) * Int(shape.output.channels)
    }
  }
}

/// Memory that packed weights lie in, aligned to the cache's lines, given back together.
final class PackedStorage {
  private var pieces: [UnsafeMutableRawPointer] = []
  private var passing: UnsafeMutablePointer<Int8>?

  deinit { for piece in pieces { piece.deallocate() } }

  /// Gives back what was only read while layers were packed.
  func endPacking() {
    passing?.deallocate()
    passing = nil
  }

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

  /// Numbers that are only read until the next call.
  func keepWhilePacking(_ numbers: [Int8]) -> UnsafePointer<Int8> {
    passing?.deallocate()
    let place = UnsafeMutablePointer<Int8>.allocate(capacity: max(numbers.count, 1))
    place.initialize(from: numbers, count: numbers.count)
    passing = place
    return UnsafePointer(place)
  }

  func keep<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
    let place = allocate(elements.count, of: Element.self)
    place.initialize(from: elements, count: elements.count)
    return UnsafeBufferPointer(start: place, count: elements.count)
  }
}
