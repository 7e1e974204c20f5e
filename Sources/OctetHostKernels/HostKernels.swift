import Octet
import OctetHostKernelsC

/// The kernels of a PC or phone: vector instructions, chosen at run time by what the processor has.
///
/// Made once for a model, and shared by any number of sessions on any threads: the weights lie in it in the order in which
/// the instructions read them. A layer that no vector kernel takes is left to the plain ones; the bits are the same.
package struct HostKernels: RowKernels, Sendable {
  private let packed: PackedModel
  private let plain = PlainKernels()

  package init(_ model: Model, _ set: InstructionSet) {
    packed = PackedModel(model, set)
  }

  /// The set that the environment asks for, or else the best one that there is.
  package init(_ model: Model) throws(InstructionSetError) {
    self.init(model, try InstructionSet.chosen())
  }

  /// The list of steps that was worked out for the model, in place of a session's search for the next row.
  package func run<Observer: RunObserver>(
    image: UnsafePointer<UInt8>, arena: UnsafeMutableRawPointer, observer: inout Observer
  ) -> Bool {
    packed.run(image: image, arena: arena, observer: &observer)
  }

  /// Images that a `BatchSession` runs side by side.
  package var imagesTogether: Int { packed.imagesTogether }

  /// Runs so many images, where they are more than one.
  func runTogether(
    images: UnsafePointer<UInt8>, imageBytes: Int, arenas: UnsafeMutableRawPointer, stride: Int
  ) {
    packed.runTogether(images: images, imageBytes: imageBytes, arenas: arenas, stride: stride)
  }

  package var instructionSet: InstructionSet { packed.set }

  @inline(__always)
  private func rows(_ input: RingRows) -> octet_rows {
    octet_rows(slots: input.slots, row_bytes: input.rowBytes, slot_count: input.slotCount, first: input.first)
  }

  package func convolve(_ row: ConvolutionRow) {
    guard let layer = packed.layer(row.layer), let kernels = packed.kernels else {
      return plain.convolve(row)
    }
    var rows = rows(row.input)
    kernels.pointee.convolve(layer, &rows, row.outputWidth, row.target)
  }

  package func convolveDepthwise(_ row: ConvolutionRow) {
    guard let layer = packed.layer(row.layer), let kernels = packed.kernels else {
      return plain.convolveDepthwise(row)
    }
    var rows = rows(row.input)
    kernels.pointee.convolve_depthwise(layer, &rows, row.outputWidth, row.target)
  }

  package func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    guard let layer = packed.layer(row.layer), let kernels = packed.kernels else {
      return plain.fold(row, into: accumulators)
    }
    row.values.withMemoryRebound(to: UInt8.self, capacity: row.count) {
      kernels.pointee.fold(layer, $0, 0x80, row.row, row.count, accumulators)
    }
  }

  package func finish(_ row: FinishedSums, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    guard let layer = packed.layer(row.layer), let kernels = packed.kernels else {
      return plain.finish(row, output, to: target)
    }
    kernels.pointee.finish(layer, row.sums, target)
  }

  package func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    guard let layer = packed.layer(row.layer), let kernels = packed.kernels else {
      return plain.multiply(row, output, to: target)
    }
    row.values.withMemoryRebound(to: UInt8.self, capacity: row.count) {
      kernels.pointee.multiply(layer, $0, 0x80, row.count, target)
    }
  }
}
