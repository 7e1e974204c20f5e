import Octet

/// The same model with nothing shared: each ring and all accumulators of a layer in a place of their own, one after
/// another, in one region. What the loader accepts must compute the same in either plan.
func runApart(_ model: Model, file: [UInt8], workLimit: UInt64) {
  let shares = (0...model.layerCount).contains { model.tensor($0).shares }
  guard shares || model.holdsInput || model.secondRegionBytes > 0 else { return }
  let apart = planApart(model, file: file)
  let other: Model
  do { other = try Model(copying: apart, workLimit: workLimit) } catch {
    fatalError("with nothing shared the model is refused: \(error)")
  }
  for shade: UInt8 in [0, 77] {
    // What no one has written must not count either.
    let shared = checksums(of: model, shade: shade, arenaOf: 0x55)
    let separate = checksums(of: other, shade: shade, arenaOf: 0xAA)
    guard shared == separate else { fatalError("an accepted plan computes something else") }
  }
}

private func planApart(_ model: Model, file: [UInt8]) -> [UInt8] {
  var apart = file
  var (start, end): (UInt32, UInt32) = (0, 0)
  func place(_ bytes: Int, at field: UInt32) {
    put(start, in: &apart, at: Int(field))
    end = start + UInt32(bytes)
    start = (end + 3) / 4 * 4
  }
  let tensors = FileFormat.headerBytes
  for index in 0...model.layerCount {
    let record = tensors + FileFormat.tensorBytes * UInt32(index)
    place(model.tensor(index).ringBytes, at: record + TensorRecord.Field.ringOffset)
    apart[Int(record + TensorRecord.Field.flags)] = 0
  }
  let layers = tensors + FileFormat.tensorBytes * UInt32(model.layerCount + 1)
  for index in 0..<model.layerCount {
    let bytes = Int(model.shape(index).accumulatorsBytes)
    guard bytes > 0 else { continue }
    place(bytes, at: layers + FileFormat.layerBytes * UInt32(index) + LayerRecord.Field.accumulatorsOffset)
  }
  put(end, in: &apart, at: Int(FileFormat.arenaBytes))
  put(0, in: &apart, at: Int(FileFormat.secondRegion))
  correctChecksum(&apart)
  return apart
}

/// The check sum of each layer's output for an image of one shade, in an arena that is full of `fill` before.
private func checksums(of model: Model, shade: UInt8, arenaOf fill: UInt8) -> [UInt32] {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: model.arenaBytes, alignment: 4)
  defer { bytes.deallocate() }
  bytes.initializeMemory(as: UInt8.self, repeating: fill)
  var observer = LayerChecksums()
  do { try run(model, in: bytes, shade: shade, &observer) } catch {
    fatalError("an accepted model does not run: \(error)")
  }
  return (0..<model.layerCount).map { observer[$0] }
}

private func run(
  _ model: Model, in bytes: UnsafeMutableRawBufferPointer, shade: UInt8, _ observer: inout LayerChecksums
) throws(SessionError) {
  var arena = MutableRawSpan(_unsafeBytes: bytes)
  var session = try Session(model, arena: &arena, kernels: PlainKernels())
  let image = [UInt8](repeating: shade, count: model.imageBytes)
  try session.run(image: image.span, observer: &observer)
}

/// Little-endian, as all of a file is.
private func put(_ word: UInt32, in file: inout [UInt8], at offset: Int) {
  for byte in 0..<4 { file[offset + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte))) }
}

/// Makes the header's length and checksum those of the file.
func correctChecksum(_ file: inout [UInt8]) {
  let first = Int(FileFormat.checksum) + 4
  guard file.count >= first else { return }
  var checksum = Checksum()
  checksum.add(file.span.bytes.extracting(first..<file.count))
  put(checksum.value, in: &file, at: Int(FileFormat.checksum))
  put(UInt32(truncatingIfNeeded: file.count), in: &file, at: Int(FileFormat.length))
}
