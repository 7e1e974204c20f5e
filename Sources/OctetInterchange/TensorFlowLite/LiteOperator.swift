/// The operators of .tflite files that are translated, by their number in the file.
enum LiteOperator: Int, CaseIterable {
  case add = 0
  case averagePool2D = 1
  case conv2D = 3
  case depthwiseConv2D = 4
  case dequantize = 6
  case fullyConnected = 9
  case logistic = 14
  case maxPool2D = 17
  case mul = 18
  case relu = 19
  case reluN1To1 = 20
  case relu6 = 21
  case reshape = 22
  case softmax = 25
  case tanh = 28
  case pad = 34
  case transpose = 39
  case mean = 40
  case sub = 41
  case squeeze = 43
  case stridedSlice = 45
  case expandDims = 70
  case shape = 77
  case pack = 83
  case quantize = 114

  /// As TensorFlow writes it.
  var name: String { LiteOperatorNames.name(rawValue) }

  static let known = "Supported: " + allCases.map(\.name).sorted().joined(separator: ", ")
}
