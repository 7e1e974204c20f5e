import Octet
import OctetChipKernels

/// The logits of an image, in memory of the caller's. With `PlainKernels()` no scratch memory is needed.
func logits(of image: [UInt8], _ model: Model, scratch: UnsafeMutableRawBufferPointer) throws -> [Int32] {
  var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
  var span = words.mutableSpan
  var arena = span.mutableBytes
  let kernels = PatchKernels<PairLayout>(model, scratch: scratch)
  var session = try Session(model, arena: &arena, kernels: kernels)
  try session.run(image: image.span)
  var logits: [Int32] = []
  session.forEachLogit { logits.append($0) }
  return logits
}
