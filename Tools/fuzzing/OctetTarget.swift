import Octet

/// Loads whatever bytes come, and runs two images through what is accepted.
///
/// The check sum is mended first: otherwise nearly every input would end there.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var file = Array(UnsafeBufferPointer(start: start, count: count))
  if file.count >= 16 {
    var checksum = Checksum()
    checksum.add(file.span.bytes.extracting(16..<file.count))
    for byte in 0..<4 { file[12 + byte] = UInt8(truncatingIfNeeded: checksum.value >> (8 * UInt32(byte))) }
    for byte in 0..<4 { file[8 + byte] = UInt8(truncatingIfNeeded: file.count >> (8 * byte)) }
  }
  guard let model = try? Model(copying: file), model.arenaBytes < 1 << 18, model.imageBytes < 1 << 14 else {
    return 0
  }
  // Exactly as large as the model asks for, so that the sanitizer sees one byte too far.
  let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: model.arenaBytes, alignment: 4)
  defer { arena.deallocate() }
  run(model, in: arena)
  return 0
}

/// What the loader has accepted must run to its end.
private func run(_ model: Model, in bytes: UnsafeMutableRawBufferPointer) {
  var arena = MutableRawSpan(_unsafeBytes: bytes)
  guard var session = try? Session(model, arena: &arena) else {
    fatalError("the arena is as large as the model asks for")
  }
  for shade: UInt8 in [0, 255] {
    let image = [UInt8](repeating: shade, count: model.imageBytes)
    do { try session.run(image: image.span) } catch { fatalError("an accepted model does not run: \(error)") }
    guard let answer = session.answer, answer.classIndex < model.classCount else { fatalError("no answer") }
  }
}
