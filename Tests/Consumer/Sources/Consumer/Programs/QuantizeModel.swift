import OctetQuantization

/// What quantization changes in a model of Keras, PyTorch, TensorFlow Lite or Octet; writes the .octet file.
func quantize(_ path: String, with images: ImageSet, to target: String) throws -> Comparison {
  let model = try FloatModel(importing: path)
  let quantized = try model.quantized(with: images)
  try quantized.write(to: target)
  return try quantized.compared(with: model, on: images)
}
