import OctetHostKernels
import OctetQuantization

/// What a model of features gives, as one of integers: the numbers of its first output for an item.
func quantizeRegression(_ path: String, calibratedWith features: [Float], item: [Float]) throws -> [Float] {
  let model = try FloatModel(importing: path)
  let items = try ImageSet(features: features, size: item.count)
  let quantized = try model.quantized(with: items)
  for output in try quantized.differences(from: model, on: items) {
    print(output.name, "differs by at most", output.largest)
  }
  return try Classifier(quantized.bytes).outputs(features: item)[0].numbers
}
