import Octet

/// What libFuzzer does on its own.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int

/// What libFuzzer calls for its next input. Of a model, every other change is one of its memory plan: bytes at random
/// hardly ever move a ring to where another one is.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
  if target == .octet && seed % 2 == 0 {
    let file = UnsafeMutableBufferPointer(start: data, count: count)
    if changePlan(file, by: seed / 2) { return count }
  }
  return mutateBytes(data, count, capacity)
}

/// Moves a ring or accumulators to where another part starts, or a step beside it; or changes a flag or the rows of a
/// ring. False where there are no records.
private func changePlan(_ file: UnsafeMutableBufferPointer<UInt8>, by seed: UInt32) -> Bool {
  var rest = seed
  func draw(_ count: Int) -> Int {
    let drawn = Int(rest) % count
    rest = rest &* 1_664_525 &+ 1_013_904_223
    rest ^= rest >> 15
    return drawn
  }
  guard file.count >= Int(FileFormat.headerBytes) else { return false }
  let layers = Int(file[Int(FileFormat.layerCount)]) | Int(file[Int(FileFormat.layerCount) + 1]) << 8
  let (tensorBytes, layerBytes) = (Int(FileFormat.tensorBytes), Int(FileFormat.layerBytes))
  let tensors = Int(FileFormat.headerBytes)
  let records = tensors + tensorBytes * (layers + 1)
  guard layers > 0, records + layerBytes * layers <= file.count else { return false }
  func place() -> Int {
    let part = draw(2 * layers + 1)
    if part <= layers { return tensors + tensorBytes * part + Int(TensorRecord.Field.ringOffset) }
    return records + layerBytes * (part - layers - 1) + Int(LayerRecord.Field.accumulatorsOffset)
  }
  let tensor = tensors + tensorBytes * draw(layers + 1)
  switch draw(6) {
  case 0: file[tensor + Int(TensorRecord.Field.flags)] ^= TensorRecord.Flag.shares
  case 1: file[tensor + Int(TensorRecord.Field.ringRows)] &+= draw(2) == 0 ? 1 : 255
  default:
    let (from, to, step) = (place(), place(), UInt32(draw(5)) &* 4 &- 8)
    var word: UInt32 = 0
    for byte in 0..<4 { word |= UInt32(file[from + byte]) << (8 * UInt32(byte)) }
    word &+= step
    for byte in 0..<4 { file[to + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte))) }
  }
  return true
}
