import COctet
import Octet
import OctetChipKernels

// What octet.h declares. C keeps the memory of a run and its arena between calls.

#if OCTET_VECTOR_LAYOUT
  /// For chips with the vector extension.
  typealias Kernels = PatchKernels<VectorLayout>
#elseif OCTET_PAIR_LAYOUT
  /// For chips with DSP instructions.
  typealias Kernels = PatchKernels<PairLayout>
#else
  /// For every chip.
  typealias Kernels = PatchKernels<WideLayout>
#endif

/// What lies in the memory of an `octet_session`.
struct KeptSession: ~Copyable {
  var run: ModelRun
  let kernels: Kernels
  let memory: RunMemory
}

/// Callers may hand in anything; what C declares must be large enough for what Swift keeps there.
func checkSizes() {
  precondition(MemoryLayout<Model>.size <= MemoryLayout<octet_model>.size, "octet_model is too small")
  precondition(
    MemoryLayout<KeptSession>.size <= MemoryLayout<octet_session>.size, "octet_session is too small")
}

func model(_ kept: UnsafePointer<octet_model>) -> Model {
  UnsafeRawPointer(kept).assumingMemoryBound(to: Model.self).pointee
}

/// The session in the memory of a C one.
func session(_ kept: UnsafeMutablePointer<octet_session>) -> UnsafeMutablePointer<KeptSession> {
  UnsafeMutableRawPointer(kept).assumingMemoryBound(to: KeptSession.self)
}

/// Checks a file and makes a model of it.
@c @implementation
public func octet_load(
  _ result: UnsafeMutablePointer<octet_model>, _ file: UnsafeRawPointer, _ bytes: Int,
  _ error: UnsafeMutablePointer<octet_error>?
) -> Int32 {
  octet_load_within(result, file, bytes, Work.defaultLimit, error)
}

/// The same with a limit of the caller's.
@c @implementation
public func octet_load_within(
  _ result: UnsafeMutablePointer<octet_model>, _ file: UnsafeRawPointer, _ bytes: Int, _ workLimit: UInt64,
  _ error: UnsafeMutablePointer<octet_error>?
) -> Int32 {
  checkSizes()
  do throws(ModelError) {
    let model = try Model(
      readingInPlace: UnsafeRawBufferPointer(start: file, count: bytes), workLimit: workLimit)
    UnsafeMutableRawPointer(result).initializeMemory(as: Model.self, to: model)
    return Int32(OCTET_OK)
  } catch let found {
    error?.pointee = octet_error(
      rule: UInt32(found.rule.rawValue), offset: found.offset, value: found.value)
    return Int32(OCTET_BAD_MODEL)
  }
}

/// Operations that an image takes.
@c @implementation
public func octet_work(_ kept: UnsafePointer<octet_model>) -> UInt64 { model(kept).work.total }

/// Bytes of arena that a session needs.
@c @implementation
public func octet_arena_bytes(_ kept: UnsafePointer<octet_model>) -> Int {
  let model = model(kept)
  return scratchOffset(model, behind: model.arenaBytes)
}

/// Where the run's own memory starts behind what the model asks for; there is none on a chip.
private func orderOffset(_ bytes: Int) -> Int { (bytes &+ 3) & ~3 }

/// Where the kernels' memory starts behind both.
///
/// - Parameter bytes: what the model asks for, of which there may be more in other blocks.
func scratchOffset(_ model: Model, behind bytes: Int) -> Int {
  (orderOffset(bytes) &+ RowOrder.memoryBytes(model.layerCount) &+ 3) & ~3
}

/// Bytes of arena with which a session is fastest.
@c @implementation
public func octet_fast_arena_bytes(_ kept: UnsafePointer<octet_model>) -> Int {
  let model = model(kept)
  return scratchOffset(model, behind: model.arenaBytes) &+ Kernels.scratchBytes(model)
}

/// Rows of an image.
@c @implementation
public func octet_rows(_ kept: UnsafePointer<octet_model>) -> Int { model(kept).imageHeight }

/// Bytes of a row.
@c @implementation
public func octet_row_bytes(_ kept: UnsafePointer<octet_model>) -> Int { model(kept).imageRowBytes }

/// Classes that the model tells apart.
@c @implementation
public func octet_classes(_ kept: UnsafePointer<octet_model>) -> Int { model(kept).classCount }

/// Opens a session.
@c @implementation
public func octet_open(
  _ result: UnsafeMutablePointer<octet_session>, _ kept: UnsafePointer<octet_model>,
  _ arena: UnsafeMutableRawPointer, _ bytes: Int
) -> Int32 {
  let model = model(kept)
  return open(result, model, RunMemory(arena), arena, bytes, behind: model.arenaBytes)
}

/// - Parameters:
///   - arena: where the memory's first block is.
///   - used: bytes of it that the model asks for.
func open(
  _ result: UnsafeMutablePointer<octet_session>, _ model: Model, _ memory: RunMemory,
  _ arena: UnsafeMutableRawPointer, _ bytes: Int, behind used: Int
) -> Int32 {
  checkSizes()
  let offset = scratchOffset(model, behind: used)
  guard bytes >= offset, UInt(bitPattern: arena) & 3 == 0 else { return Int32(OCTET_BAD_ARENA) }
  let block = UnsafeMutableRawBufferPointer(start: arena, count: bytes)
  // What the arena leaves over serves the kernels; they do with any amount, and with none.
  let scratch = UnsafeMutableRawBufferPointer(rebasing: block[min(offset, block.count)...])
  let place = session(result)
  #if hasFeature(Embedded)
    let run = ModelRun(model)
  #else
    let run = ModelRun(model, memory: arena + orderOffset(used))
  #endif
  place.initialize(to: KeptSession(run: run, kernels: Kernels(model, scratch: scratch), memory: memory))
  place.pointee.run.open(memory, place.pointee.kernels)
  return Int32(OCTET_OK)
}

/// Feeds the next row of the image.
@c @implementation
public func octet_feed(
  _ kept: UnsafeMutablePointer<octet_session>, _ row: UnsafePointer<UInt8>, _ bytes: Int
) -> Int32 {
  let place = session(kept)
  guard bytes == place.pointee.run.model.imageRowBytes else { return Int32(OCTET_BAD_ROW) }
  guard !place.pointee.run.isFinished else { return Int32(OCTET_COMPLETE) }
  guard !place.pointee.memory.lacksInput else { return Int32(OCTET_INPUT_HELD) }
  var observer = NoObserver()
  place.pointee.run.feed(row: row, place.pointee.memory, place.pointee.kernels, &observer)
  return Int32(OCTET_OK)
}

/// What the model makes of the image; nil until it is complete.
private func outcome(_ kept: UnsafePointer<octet_session>) -> Outcome? {
  let place = session(UnsafeMutablePointer(mutating: kept))
  guard place.pointee.run.isFinished else { return nil }
  return Outcome(place.pointee.run.model, place.pointee.memory)
}

/// Reads the class and its probability.
@c @implementation
public func octet_answer(
  _ kept: UnsafePointer<octet_session>, _ result: UnsafeMutablePointer<octet_result>
) -> Int32 {
  guard let answer = outcome(kept)?.answer else { return Int32(OCTET_NO_RESULT) }
  result.pointee = octet_result(
    class_index: UInt32(truncatingIfNeeded: answer.classIndex), probability: answer.probability ?? 0)
  return Int32(OCTET_OK)
}

/// Reads the probability of one class.
@c @implementation
public func octet_probability(
  _ kept: UnsafePointer<octet_session>, _ classIndex: Int, _ probability: UnsafeMutablePointer<UInt32>
) -> Int32 {
  let count = session(UnsafeMutablePointer(mutating: kept)).pointee.run.model.classCount
  guard classIndex >= 0, classIndex < count, let outcome = outcome(kept) else {
    return Int32(OCTET_NO_RESULT)
  }
  probability.pointee = outcome.probability(of: classIndex)
  return Int32(OCTET_OK)
}

/// Forgets the image.
@c @implementation
public func octet_restart(_ kept: UnsafeMutablePointer<octet_session>) {
  let place = session(kept)
  place.pointee.run.restart(place.pointee.memory, place.pointee.kernels)
}
