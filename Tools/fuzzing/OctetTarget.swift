import Octet

/// Multiply-adds of a model that is run.
private let workLimit: UInt64 = 20_000_000

/// Loads whatever bytes come, and runs two images through what is accepted. Where parts of the arena share bytes, a
/// plan without must compute the same.
///
/// The checksum is corrected first: otherwise nearly every input would be rejected there.
func readModel(_ bytes: [UInt8]) {
  var file = bytes
  correctChecksum(&file)
  // Large ones would only take time.
  guard let model = try? Model(copying: file, workLimit: workLimit), model.arenaBytes < 1 << 18 else {
    return
  }
  // Exactly as large as the model asks for, so that the sanitizer sees one byte too far.
  let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: model.arenaBytes, alignment: 4)
  defer { arena.deallocate() }
  run(model, in: arena)
  if model.holdsInput || model.secondRegionBytes > 0 { runInRegions(model) }
  runApart(model, file: file, workLimit: workLimit)
}

/// The same in blocks of exactly the sizes of the regions, with the input in one that may not be written.
private func runInRegions(_ model: Model) {
  let first = UnsafeMutableRawBufferPointer.allocate(byteCount: model.firstRegionBytes, alignment: 4)
  let second = UnsafeMutableRawBufferPointer.allocate(byteCount: model.secondRegionBytes, alignment: 4)
  let held = UnsafeMutableBufferPointer<Int8>.allocate(capacity: model.holdsInput ? model.heldInputBytes : 0)
  defer {
    first.deallocate()
    second.deallocate()
    held.deallocate()
  }
  held.initialize(repeating: 0)
  do {
    let image = [UInt8](repeating: 77, count: model.imageBytes)
    if model.holdsInput { try hold(image, of: model, in: held) }
    let before = Array(held)
    try run(model, first: first, second: second, held: held, image: image)
    guard Array(held) == before else { fatalError("the caller's input was written") }
  } catch { fatalError("an accepted model does not run in regions: \(error)") }
}

private func hold(
  _ image: [UInt8], of model: Model, in held: UnsafeMutableBufferPointer<Int8>
) throws(SessionError) {
  var values = MutableSpan(_unsafeElements: held)
  try model.hold(image.span, in: &values)
}

private func run(
  _ model: Model, first: UnsafeMutableRawBufferPointer, second: UnsafeMutableRawBufferPointer,
  held: UnsafeMutableBufferPointer<Int8>, image: [UInt8]
) throws(SessionError) {
  var firstArena = MutableRawSpan(_unsafeBytes: first)
  var secondArena = MutableRawSpan(_unsafeBytes: second)
  var session = try Session(model, first: &firstArena, second: &secondArena, kernels: PlainKernels())
  if model.holdsInput {
    try session.run(held: UnsafeBufferPointer(held).span)
  } else {
    try session.run(image: image.span)
  }
}

/// What the loader has accepted must run to its end.
private func run(_ model: Model, in bytes: UnsafeMutableRawBufferPointer) {
  var arena = MutableRawSpan(_unsafeBytes: bytes)
  let counter = MultiplyAddCounter()
  guard var session = try? Session(model, arena: &arena, kernels: CountingKernels(counter: counter))
  else {
    fatalError("the arena is as large as the model asks for")
  }
  for shade: UInt8 in [0, 255] {
    let image = [UInt8](repeating: shade, count: model.imageBytes)
    counter.multiplyAdds = 0
    do { try session.run(image: image.span) } catch { fatalError("an accepted model does not run: \(error)") }
    guard session.isFinished else { fatalError("no answer") }
    // Labels and numbers are no classes.
    if let answer = session.answer, answer.classIndex >= model.classCount { fatalError("no such class") }
    // Kernels never see weights with a zero point.
    let offered = (0..<model.layerCount).filter { model.layer($0).weightZeroPoint == 0 }
    guard counter.multiplyAdds == offered.reduce(0, { $0 + model.work(ofLayer: $1).multiplyAdds }) else {
      fatalError("the loader has counted other work")
    }
  }
}
