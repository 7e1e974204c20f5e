/// Every kind of layer. Adding a case makes the compiler list each place that must know it.
package enum LayerKind: Hashable, Sendable {
  case dense(Dense)
  case convolution(Convolution)
  case depthwiseConvolution(DepthwiseConvolution)
  case maxPooling(MaxPooling)
  case averagePooling(AveragePooling)
  case globalAveragePooling(GlobalAveragePooling)
  case batchNormalization(BatchNormalization)
  case add(Add)
  case flatten(Flatten)
  case dropout(Dropout)
  case activation(ActivationOnly)

  package var specification: any LayerSpecification {
    switch self {
    case .dense(let kind): kind
    case .convolution(let kind): kind
    case .depthwiseConvolution(let kind): kind
    case .maxPooling(let kind): kind
    case .averagePooling(let kind): kind
    case .globalAveragePooling(let kind): kind
    case .batchNormalization(let kind): kind
    case .add(let kind): kind
    case .flatten(let kind): kind
    case .dropout(let kind): kind
    case .activation(let kind): kind
    }
  }

  /// The word that starts the layer's line.
  package var keyword: String { type(of: specification).keyword }

  /// The kinds that have a keyword of their own, with their grammar.
  package static let grammars: [(keyword: String, grammar: String)] = [
    (Dense.keyword, Dense.grammar),
    (Convolution.keyword, Convolution.grammar),
    (DepthwiseConvolution.keyword, DepthwiseConvolution.grammar),
    (MaxPooling.keyword, MaxPooling.grammar),
    (AveragePooling.keyword, AveragePooling.grammar),
    (GlobalAveragePooling.keyword, GlobalAveragePooling.grammar),
    (BatchNormalization.keyword, BatchNormalization.grammar),
    (Add.keyword, Add.grammar),
    (Flatten.keyword, Flatten.grammar),
    (Dropout.keyword, Dropout.grammar),
    (ActivationOnly.keyword, ActivationOnly.grammar),
  ]

  /// Reads a layer whose keyword has been taken, or nil when no kind has that keyword.
  package init?(keyword: String, words: inout LineWords) throws(NetworkError) {
    switch keyword {
    case Dense.keyword: self = .dense(try Dense(words: &words))
    case Convolution.keyword: self = .convolution(try Convolution(words: &words))
    case DepthwiseConvolution.keyword: self = .depthwiseConvolution(try DepthwiseConvolution(words: &words))
    case MaxPooling.keyword: self = .maxPooling(try MaxPooling(words: &words))
    case AveragePooling.keyword: self = .averagePooling(try AveragePooling(words: &words))
    case GlobalAveragePooling.keyword: self = .globalAveragePooling(try GlobalAveragePooling(words: &words))
    case BatchNormalization.keyword: self = .batchNormalization(try BatchNormalization(words: &words))
    case Add.keyword: self = .add(try Add(words: &words))
    case Flatten.keyword: self = .flatten(try Flatten(words: &words))
    case Dropout.keyword: self = .dropout(try Dropout(words: &words))
    case ActivationOnly.keyword: self = .activation(try ActivationOnly(words: &words))
    default: return nil
    }
  }
}
