import COctet
import Octet
import OctetChipKernels

// What octet.h declares. A session is put together for each call and taken apart again: C keeps the parts.

#if OCTET_VECTOR_LAYOUT
  /// For chips with the vector extension.
  private typealias Kernels = PatchKernels<VectorLayout>
#elseif OCTET_PAIR_LAYOUT
  /// For chips with DSP instructions.
  private typealias Kernels = PatchKernels<PairLayout>
#else
  /// For every chip.
  private typealias Kernels = PatchKernels<WideLayout>
#endif

/// What lies in the memory of an `octet_session`.
private struct KeptSession: ~Copyable {
  let model: Model
  let arena: UnsafeMutableRawBufferPointer
  let kernels: Kernels
  var state: SessionState
}

/// Callers may hand in anything; what C declares must be large enough for what Swift keeps there.
private func checkSizes() {
  precondition(MemoryLayout<Model>.size <= MemoryLayout<octet_model>.size, "octet_model is too small")
  precondition(
    MemoryLayout<KeptSession>.size <= MemoryLayout<octet_session>.size, "octet_session is too small")
}

private func model(_ kept: UnsafePointer<octet_model>) -> Model {
  UnsafeRawPointer(kept).assumingMemoryBound(to: Model.self).pointee
}

/// The session in the memory of a C one.
private func session(_ kept: UnsafeMutablePointer<octet_session>) -> UnsafeMutablePointer<KeptSession> {
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
public func octet_arena_bytes(_ kept: UnsafePointer<octet_model>) -> Int { model(kept).arenaBytes }

/// Where the kernels' memory starts behind the arena.
private func scratchOffset(_ model: Model) -> Int { (model.arenaBytes &+ 3) & ~3 }

/// Bytes of arena with which a session is fastest.
@c @implementation
public func octet_fast_arena_bytes(_ kept: UnsafePointer<octet_model>) -> Int {
  let model = model(kept)
  return scratchOffset(model) &+ Kernels.scratchBytes(model)
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
  checkSizes()
  let model = model(kept)
  let memory = UnsafeMutableRawBufferPointer(start: arena, count: max(bytes, 0))
  // What the arena leaves over serves the kernels; they do with any amount, and with none.
  let scratch = UnsafeMutableRawBufferPointer(rebasing: memory[min(scratchOffset(model), memory.count)...])
  let kernels = Kernels(model, scratch: scratch)
  var span = MutableRawSpan(_unsafeBytes: memory)
  do throws(SessionError) {
    let session = try Session(model, arena: &span, kernels: kernels)
    UnsafeMutableRawPointer(result).assumingMemoryBound(to: KeptSession.self).initialize(
      to: KeptSession(model: model, arena: memory, kernels: kernels, state: session.suspend()))
    return Int32(OCTET_OK)
  } catch {
    return Int32(OCTET_BAD_ARENA)
  }
}

/// Feeds the next row of the image.
@c @implementation
public func octet_feed(
  _ kept: UnsafeMutablePointer<octet_session>, _ row: UnsafePointer<UInt8>, _ bytes: Int
) -> Int32 {
  withSession(kept) { session in
    do throws(SessionError) {
      try session.feed(row: UnsafeBufferPointer(start: row, count: max(bytes, 0)).span)
      return Int32(OCTET_OK)
    } catch {
      switch error {
      case .imageComplete: return Int32(OCTET_COMPLETE)
      default: return Int32(OCTET_BAD_ROW)
      }
    }
  }
}

/// Takes the session up where it was left, calls `body` with it, and puts it away again.
private func withSession<Result>(
  _ kept: UnsafePointer<octet_session>, _ body: (inout Session<Kernels>) -> Result
) -> Result {
  let place = session(UnsafeMutablePointer(mutating: kept))
  let parts = place.move()
  let model = parts.model
  let arena = parts.arena
  let kernels = parts.kernels
  var span = MutableRawSpan(_unsafeBytes: arena)
  var session = Session(model, arena: &span, kernels: kernels, resuming: parts.state)
  let result = body(&session)
  place.initialize(to: KeptSession(model: model, arena: arena, kernels: kernels, state: session.suspend()))
  return result
}

/// Reads the class and its probability.
@c @implementation
public func octet_answer(
  _ kept: UnsafePointer<octet_session>, _ result: UnsafeMutablePointer<octet_result>
) -> Int32 {
  withSession(kept) { session in
    guard let answer = session.answer else { return Int32(OCTET_NO_RESULT) }
    result.pointee = octet_result(
      class_index: UInt32(truncatingIfNeeded: answer.classIndex), probability: answer.probability ?? 0)
    return Int32(OCTET_OK)
  }
}

/// Reads the probability of one class.
@c @implementation
public func octet_probability(
  _ kept: UnsafePointer<octet_session>, _ classIndex: Int, _ probability: UnsafeMutablePointer<UInt32>
) -> Int32 {
  let count = session(UnsafeMutablePointer(mutating: kept)).pointee.model.classCount
  return withSession(kept) { session in
    guard session.isFinished, classIndex >= 0, classIndex < count else { return Int32(OCTET_NO_RESULT) }
    probability.pointee = session.probability(of: classIndex)
    return Int32(OCTET_OK)
  }
}

/// Forgets the image.
@c @implementation
public func octet_restart(_ kept: UnsafeMutablePointer<octet_session>) {
  withSession(kept) { session in session.restart() }
}
