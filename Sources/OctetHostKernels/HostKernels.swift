import Octet
import OctetHostKernelsC

/// The kernels of a PC or phone: vector instructions, chosen at run time by what the processor has.
///
/// Made once for a model, and shared by any number of sessions on any threads: the weights lie in it in the order in
/// which the instructions read them. A layer that no vector kernel takes is left to the plain ones; the bits are the
/// same.
package struct HostKernels: RowKernels, Sendable {
  private let packed: PackedModel

  /// - Parameters:
  ///   - model: the model that they run.
  ///   - set: the instructions.
  ///   - leastShared: bytes of dense layers' weights from which on a batch runs images side by side. With fewer, all
  ///     other layers lose more by the larger arenas; 4 KB are a tenth of a first cache.
  package init(_ model: Model, _ set: InstructionSet, leastShared: Int = 4096) {
    packed = PackedModel(model, set, leastShared: leastShared)
  }

  /// The set that the environment asks for, or else the best one that there is.
  package init(_ model: Model) throws(InstructionSetError) {
    self.init(model, try InstructionSet.chosen())
  }

  package var instructionSet: InstructionSet { packed.set }

  /// More than the file's plan needs: a host holds more rows.
  package func arenaBytes(of model: Model) -> Int { packed.program?.arenaBytes ?? model.arenaBytes }

  package func prepare(_ arena: UnsafeMutableRawPointer, of model: Model) {
    if let program = packed.program {
      program.prepare(arena)
    } else {
      PlainKernels().prepare(arena, of: model)
    }
  }

  /// They have, but for very large models.
  @inline(__always)
  package var haveSteps: Bool { packed.program != nil }

  package func run<Observer: RunObserver>(
    from position: Int, pixels: UnsafePointer<UInt8>, rows: Int, arena: UnsafeMutableRawPointer,
    observer: inout Observer
  ) -> Int? {
    packed.program?.run(from: position, pixels: pixels, rows: rows, arena: arena, observer: &observer)
  }

  /// What bounds the time of a layer at these rates; nil for one that plain kernels take.
  package func bound(of layer: Int, _ rates: KernelRates) -> LayerBound? { packed.bound(of: layer, rates) }

  /// The most images that a `BatchSession` runs side by side.
  package var imagesTogether: Int { packed.imagesTogether }

  /// Runs `count` images, a multiple of `HostProgram.imagesInRegisters`, where more than one runs together.
  func runTogether(
    images: UnsafePointer<UInt8>, count: Int, arenas: UnsafeMutableRawPointer, stride: Int
  ) {
    packed.program?.runTogether(images: images, count: count, arenas: arenas, stride: stride)
  }
}
