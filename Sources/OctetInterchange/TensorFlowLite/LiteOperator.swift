/// The operators of .tflite files that can be brought in, by their number in the file.
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
  case mean = 40
  case squeeze = 43
  case stridedSlice = 45
  case expandDims = 70
  case shape = 77
  case pack = 83
  case quantize = 114

  /// As TensorFlow writes it.
  var name: String {
    switch self {
    case .add: "ADD"
    case .averagePool2D: "AVERAGE_POOL_2D"
    case .conv2D: "CONV_2D"
    case .depthwiseConv2D: "DEPTHWISE_CONV_2D"
    case .dequantize: "DEQUANTIZE"
    case .fullyConnected: "FULLY_CONNECTED"
    case .logistic: "LOGISTIC"
    case .maxPool2D: "MAX_POOL_2D"
    case .mul: "MUL"
    case .relu: "RELU"
    case .reluN1To1: "RELU_N1_TO_1"
    case .relu6: "RELU6"
    case .reshape: "RESHAPE"
    case .softmax: "SOFTMAX"
    case .tanh: "TANH"
    case .pad: "PAD"
    case .mean: "MEAN"
    case .squeeze: "SQUEEZE"
    case .stridedSlice: "STRIDED_SLICE"
    case .expandDims: "EXPAND_DIMS"
    case .shape: "SHAPE"
    case .pack: "PACK"
    case .quantize: "QUANTIZE"
    }
  }

  static let known = "Known: " + allCases.map(\.name).sorted().joined(separator: ", ")
}
