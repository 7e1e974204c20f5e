import Octet
import OctetNetwork

/// Every kind of layer, and which type in this folder knows it. No other Swift file of this module lists kinds or
/// distinguishes between them.
enum Kinds {
  static let all: [any TranslatedKind.Type] = [
    Dense.self, Convolution.self, DepthwiseConvolution.self, MaxPooling.self, AveragePooling.self,
    GlobalAveragePooling.self, Add.self, Subtract.self, Multiply.self, Maximum.self, Minimum.self,
    SquaredDifference.self, Concatenate.self, Arrange.self, Resize.self, TransposedConvolution.self,
    Affine.self, BatchNormalization.self,
    ActivationOnly.self, ValueFunctions.self, Arithmetic.self, Softmax.self,
    Graph.Border.self, Flatten.self, Dropout.self, Identity.self, Requantize.self, ConstantValues.self,
    KerasFunctions.self, TensorFlowFunctions.self, Normalizations.self, LocalResponse.self, PerStep.self,
    LargestPlace.self,
  ]

  static let onnx = OperatorTable(all.flatMap { $0.onnx })
  static let keras = OperatorTable(all.flatMap { $0.keras })
  static let lite = OperatorTable(all.flatMap { $0.lite })
}

extension FloatLayerKind {
  var layer: any FloatLayer {
    switch self {
    case .dense(let kind): kind
    case .convolution(let kind): kind
    case .depthwiseConvolution(let kind): kind
    case .maxPooling(let kind): kind
    case .averagePooling(let kind): kind
    case .globalAveragePooling(let kind): kind
    case .batchNormalization(let kind): kind
    case .add(let kind): kind
    case .maximum(let kind): kind
    case .subtract(let kind): kind
    case .multiply(let kind): kind
    case .minimum(let kind): kind
    case .squaredDifference(let kind): kind
    case .concatenate(let kind): kind
    case .arrange(let kind): kind
    case .resize(let kind): kind
    case .flatten(let kind): kind
    case .dropout(let kind): kind
    case .activation(let kind): kind
    }
  }

  /// The operators of a format that stand in the kind's file, and the reason if there are none.
  package func operators(of format: ForeignFormat) -> (list: [OperatorDescription], reason: String?) {
    let type = type(of: layer)
    let list: [any ListedOperator] =
      switch format {
      case .onnx: type.onnx
      case .keras: type.keras
      case .tflite: type.lite
      }
    return (list.map(\.description), type.formatsWithout[format])
  }
}

extension Graph.Operation {
  var rules: any GraphOperation {
    switch self {
    case .layer(let kind): kind.layer
    case .affine: Affine()
    case .function(let function): function
    case .softmax(let isLogarithm): Softmax(isLogarithm: isLogarithm)
    case .padding(let border): border
    case .requantize: Requantize()
    }
  }
}

extension LayerKind {
  var export: any IntegerLayerExport.Type {
    switch self {
    case .dense: OctetNetwork.Dense.self
    case .convolution: OctetNetwork.Convolution.self
    case .depthwiseConvolution: OctetNetwork.DepthwiseConvolution.self
    case .maximumPooling: MaxPooling.self
    case .averagePooling: OctetNetwork.AveragePooling.self
    case .globalAveragePooling: OctetNetwork.GlobalAveragePooling.self
    case .add: OctetNetwork.Add.self
    case .table: Graph.Function.self
    case .maximum: OctetNetwork.Maximum.self
    case .multiply: OctetNetwork.Multiply.self
    case .subtract: OctetNetwork.Subtract.self
    case .minimum: OctetNetwork.Minimum.self
    case .squaredDifference: OctetNetwork.SquaredDifference.self
    case .concatenation: Concatenate.self
    case .arrangement: Arrange.self
    case .resampling: Resize.self
    case .softmax: SoftmaxExport.self
    }
  }
}
