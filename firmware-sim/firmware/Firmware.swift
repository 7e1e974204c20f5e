import Board
import Octet
import OctetChipKernels
import Storage

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

/// Checks the model, runs every image through it, and hands the results to the host.
enum Firmware {
  static func run() -> Never {
    board_start_timer()
    let file = storage_model()
    let model: Model
    do throws(ModelError) {
      model = try Model(readingInPlace: UnsafeRawBufferPointer(start: file.start, count: file.bytes))
    } catch {
      Failure.stop(error)
    }
    let arena = storage_arena()
    do throws(SessionError) {
      try classify(model, UnsafeMutableRawBufferPointer(start: arena.start, count: arena.bytes))
    } catch {
      Failure.stop("the arena or an image does not fit the model")
    }
    Semihosting.exit(0)
  }

  private static func classify(
    _ model: Model, _ bytes: UnsafeMutableRawBufferPointer
  ) throws(SessionError) {
    var arena = bytes.mutableBytes
    let scratch = storage_scratch()
    let kernels = Kernels(
      model, scratch: UnsafeMutableRawBufferPointer(start: scratch.start, count: scratch.bytes))
    #if OCTET_REGIONS
      let other = storage_second()
      var second = UnsafeMutableRawBufferPointer(start: other.start, count: other.bytes).mutableBytes
      var session = try Session(model, first: &arena, second: &second, kernels: kernels)
    #else
      var session = try Session(model, arena: &arena, kernels: kernels)
    #endif
    let storage = storage_image()
    let pixels = UnsafeMutableRawBufferPointer(start: storage.start, count: storage.bytes)
    #if OCTET_REGIONS
      let size = model.holdsInput ? (model.heldInputBytes &+ 3) & ~3 : model.imageBytes
      guard storage.bytes == size || (model.holdsInput && storage.bytes == 0) else {
        Failure.stop("the firmware was built for another model")
      }
    #else
      guard storage.bytes == model.imageBytes else {
        Failure.stop("the firmware was built for another model")
      }
    #endif
    var source = ImageSource()
    var results = ResultFile()
    #if OCTET_WRITABLE_MODEL
      let file = storage_model()
      while let flip = source.nextFlip() {
        let error = flip.judge(UnsafeMutableRawBufferPointer(start: file.start, count: file.bytes))
        results.add(ResultFile.flipMark)
        results.add(flip.offset)
        results.add(flip.mask)
        results.add(flip.isMended ? 1 : 0)
        results.add(error.map { UInt32($0.rule.rawValue) } ?? UInt32.max)
        results.add(error?.offset ?? 0)
        results.add(error?.value ?? 0)
        results.endRecord()
      }
    #endif
    // One for everything: it is large.
    var recorder = LayerRecorder()
    var count: UInt32 = 0
    #if OCTET_REGIONS
      if model.holdsInput {
        while let (image, bytes) = source.nextHeld(model.heldInputBytes, into: pixels, count: count) {
          let span = bytes.bindMemory(to: Int8.self).span
          var total: UInt32 = 0
          for isLooking in image.isTimed ? 0..<2 : 1..<2 {
            recorder.restart()
            recorder.isLooking = isLooking == 1
            let start = board_ticks()
            try session.run(held: span, observer: &recorder)
            if isLooking == 0 { total = board_ticks() &- start }
          }
          write(model, session, recorder, image: image.number, total: total, to: &results)
          count &+= 1
        }
        return writeEnd(count, &recorder, to: &results)
      }
    #endif
    while let image = source.next(into: pixels, count: count) {
      let span = UnsafeRawBufferPointer(pixels).bindMemory(to: UInt8.self).span
      var total: UInt32 = 0
      // Once for the clock, once to be looked at; one call, as each would be compiled anew.
      for isLooking in image.isTimed ? 0..<2 : 1..<2 {
        recorder.restart()
        recorder.isLooking = isLooking == 1
        let start = board_ticks()
        try session.run(image: span, observer: &recorder)
        if isLooking == 0 { total = board_ticks() &- start }
      }
      write(model, session, recorder, image: image.number, total: total, to: &results)
      count &+= 1
    }
    writeEnd(count, &recorder, to: &results)
  }

  private static func write(
    _ model: Model, _ session: borrowing Session<Kernels>, _ recorder: borrowing LayerRecorder, image: UInt32,
    total: UInt32, to results: inout ResultFile
  ) {
    guard session.isFinished else { Failure.stop(image: image, "there is no answer") }
    // An output that is no class has none.
    let answer = session.answer
    results.add(ResultFile.imageMark)
    results.add(image)
    results.add(answer.map { UInt32($0.classIndex) } ?? UInt32.max)
    results.add(answer?.probability ?? UInt32.max)
    results.add(total)
    results.add(UInt32(model.layerCount))
    results.add(UInt32(session.logitCount()))
    for layer in 0..<model.layerCount {
      results.add(recorder.checksums[layer])
      results.add(recorder.ticks(layer))
      results.add(recorder.spans(layer))
    }
    for index in 0..<session.logitCount() { results.add(UInt32(bitPattern: session.logit(index))) }
    results.endRecord()
  }

  /// What the host needs to turn ticks into instructions: loops of 2,000 and 22,000 instructions, and reading the
  /// timer.
  private static func writeEnd(_ count: UInt32, _ recorder: inout LayerRecorder, to results: inout ResultFile)
  {
    let start = board_ticks()
    core_count_down(1_000)
    let middle = board_ticks()
    core_count_down(11_000)
    let end = board_ticks()
    let again = board_ticks()
    recorder.restart()
    recorder.willRun(layer: 0)
    recorder.didFold(layer: 0)
    results.add(ResultFile.endMark)
    results.add(count)
    results.add(middle &- start)
    results.add(end &- middle)
    results.add(again &- end)
    results.add(recorder.ticks(0))
    results.add(StackUse.bytes)
    results.endRecord()
  }
}

/// Called by the start-up code, once memory is as Swift expects it.
@c(firmware_main)
public func firmwareMain() { Firmware.run() }
