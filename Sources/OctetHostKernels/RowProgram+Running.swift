import Octet
import OctetHostKernelsC

extension RowProgram {
  /// Runs an image of the model's size in an arena of a session over it.
  @_specialize(where Observer == NoObserver)
  func run<Observer: RunObserver>(
    _ model: Model, _ kernels: UnsafePointer<octet_kernels>, image: UnsafePointer<UInt8>,
    arena: UnsafeMutableRawPointer,
    observer: inout Observer
  ) {
    guard var step = steps.baseAddress else { return }
    for _ in 0..<steps.count {
      run(step, model, kernels, image, arena, &observer)
      step += 1
    }
  }

  @inline(__always)
  func run<Observer: RunObserver>(
    _ place: UnsafePointer<Step>, _ model: Model, _ kernels: UnsafePointer<octet_kernels>,
    _ image: UnsafePointer<UInt8>,
    _ arena: UnsafeMutableRawPointer, _ observer: inout Observer
  ) {
    let layer = place.pointee.layer
    let target = arena + place.pointee.target
    let count = place.pointee.count
    let packed = place.pointee.packed
    switch place.pointee.work {
    case .feed(let source):
      octet_flip(target, image + source, count)
    case .fillBorder(let value):
      target.initializeMemory(as: Int8.self, repeating: value, count: count)
    case .convolve(let input):
      observer.willRun(layer: layer)
      var rows = rows(input, arena)
      kernels.pointee.convolve(packed, &rows, input.places, target)
      show(target, count, of: layer, to: &observer)
    case .convolveDepthwise(let input):
      observer.willRun(layer: layer)
      var rows = rows(input, arena)
      kernels.pointee.convolve_depthwise(packed, &rows, input.places, target)
      show(target, count, of: layer, to: &observer)
    case .fold(let values, let row):
      observer.willRun(layer: layer)
      kernels.pointee.fold(
        packed, (arena + values).assumingMemoryBound(to: UInt8.self), 0x80, row, count,
        target.assumingMemoryBound(to: Int32.self))
      observer.didFold(layer: layer)
    case .foldImage:
      observer.willRun(layer: layer)
      kernels.pointee.fold(packed, image, 0, 0, count, target.assumingMemoryBound(to: Int32.self))
      observer.didFold(layer: layer)
    case .finish(let sums):
      observer.willRun(layer: layer)
      kernels.pointee.finish(packed, (arena + sums).assumingMemoryBound(to: Int32.self), target)
      show(target, count, of: layer, to: &observer)
    case .multiply(let values, let cells):
      observer.willRun(layer: layer)
      kernels.pointee.multiply(
        packed, (arena + values).assumingMemoryBound(to: UInt8.self), 0x80, cells, target)
      show(target, count, of: layer, to: &observer)
    case .computePlain(let row):
      observer.willRun(layer: layer)
      model.computeRow(layer: layer, row: row, arena: arena)
      show(target, count, of: layer, to: &observer)
    case .startPlain:
      model.startAccumulators(layer: layer, arena: arena)
    case .foldPlain(let row):
      observer.willRun(layer: layer)
      model.foldRow(layer: layer, row: row, arena: arena)
      observer.didFold(layer: layer)
    }
  }

  @inline(__always)
  private func rows(_ input: Step.Input, _ arena: UnsafeMutableRawPointer) -> octet_rows {
    octet_rows(
      slots: (arena + input.slots).assumingMemoryBound(to: Int8.self), row_bytes: input.rowBytes,
      slot_count: input.slotCount, first: input.first)
  }

  @inline(__always)
  private func show<Observer: RunObserver>(
    _ target: UnsafeMutableRawPointer, _ count: Int, of layer: Int, to observer: inout Observer
  ) {
    observer.didRun(layer: layer, row: UnsafeRawBufferPointer(start: target, count: count).bytes)
  }
}
