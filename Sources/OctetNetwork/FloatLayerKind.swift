/// Every kind of layer. Adding a case makes the compiler list each place that must know it.
package enum FloatLayerKind: Hashable, Sendable {
  case dense(Dense)
  case convolution(Convolution)
  case depthwiseConvolution(DepthwiseConvolution)
  case maxPooling(MaxPooling)
  case averagePooling(AveragePooling)
  case globalAveragePooling(GlobalAveragePooling)
  case batchNormalization(BatchNormalization)
  case add(Add)
  case maximum(Maximum)
  case subtract(Subtract)
  case multiply(Multiply)
  case minimum(Minimum)
  case squaredDifference(SquaredDifference)
  case concatenate(Concatenate)
  case arrange(Arrange)
  case resize(Resize)
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

  /// Whether it has weights that a file may store in fewer than 8 bits.
  package var storesWeights: Bool {
    switch self {
    case .dense, .convolution, .depthwiseConvolution: true
    default: false
    }
  }

  /// The word that starts the layer's line.
  package var keyword: String { type(of: specification).keyword }

  /// Each kind as lines of a network describe it.
  private static let readers: [Reader] = [
    Reader(dense), Reader(convolution), Reader(depthwiseConvolution), Reader(maxPooling),
    Reader(averagePooling),
    Reader(globalAveragePooling), Reader(batchNormalization), Reader(add), Reader(maximum), Reader(subtract),
    Reader(multiply), Reader(minimum), Reader(squaredDifference), Reader(concatenate), Reader(arrange),
    Reader(resize), Reader(flatten),
    Reader(dropout),
    Reader(activation),
  ]

  private struct Reader: Sendable {
    let keyword: String
    let grammar: String
    let summary: String
    let read: @Sendable (inout LineWords) throws(NetworkError) -> FloatLayerKind

    init<Kind: LayerSpecification>(_ kind: @escaping @Sendable (Kind) -> FloatLayerKind) {
      keyword = Kind.keyword
      grammar = Kind.grammar
      summary = Kind.summary
      read = { (words: inout LineWords) throws(NetworkError) -> FloatLayerKind in
        kind(try Kind(words: &words))
      }
    }
  }

  /// The kinds' keywords, with the grammar of their lines and what they do.
  package static var grammars: [(keyword: String, grammar: String, summary: String)] {
    readers.map { ($0.keyword, $0.grammar, $0.summary) }
  }

  /// Reads a layer whose keyword has been taken, or nil when no kind has that keyword.
  package init?(keyword: String, words: inout LineWords) throws(NetworkError) {
    guard let reader = Self.readers.first(where: { $0.keyword == keyword }) else { return nil }
    self = try reader.read(&words)
  }
}

/// What a line of a network description says of one layer: its kind and settings, without weights.
package protocol LayerSpecification: Hashable, Sendable {
  /// The word that starts the line.
  static var keyword: String { get }

  /// The line's grammar, as printed in errors and in the documentation.
  static var grammar: String { get }

  /// What the layer does, in a few words for users.
  static var summary: String { get }

  /// Reads the settings after the keyword; an activation and `from` are read by the caller.
  init(words: inout LineWords) throws(NetworkError)

  /// The settings in the form that `init(words:)` reads, without the keyword.
  var settings: String { get }

  /// Whether the layer, without its activation, gives other numbers than it takes when a trained network runs.
  var computes: Bool { get }

  /// Whether the layer takes a second value beside the running one.
  var joins: Bool { get }

  /// The shape that comes out, or the reason why `input` does not fit.
  func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape

  /// The same for all inputs of the layer, one unless it joins two.
  func outputShape(joining inputs: [ImageShape]) throws(ShapeMismatch) -> ImageShape

  /// The numbers that the layer learns or keeps, in the order in which the layer takes them.
  func parameters(for input: ImageShape) -> [ParameterDescription]

  /// Multiplications with a weight for one image.
  func multiplyAdds(input: ImageShape, output: ImageShape) -> Int
}

extension LayerSpecification {
  package var computes: Bool { true }
  package var joins: Bool { false }
  package var settings: String { "" }
  package func outputShape(joining inputs: [ImageShape]) throws(ShapeMismatch) -> ImageShape {
    try outputShape(for: inputs[0])
  }
  package func parameters(for input: ImageShape) -> [ParameterDescription] { [] }
  package func multiplyAdds(input: ImageShape, output: ImageShape) -> Int { 0 }
}

/// Why an input does not fit a layer.
package struct ShapeMismatch: Error {
  package let reason: String
  package init(_ reason: String) { self.reason = reason }
}

/// Name, shape and first values of one parameter.
package struct ParameterDescription: Hashable, Sendable {
  package enum Start: Hashable, Sendable {
    case constant(Float)
    /// Uniform in +-sqrt(6 / (fanIn + fanOut)), as Keras starts its weights.
    case uniform(fanIn: Int, fanOut: Int)
  }

  package let name: String
  package let shape: [Int]
  package let start: Start
  /// False for numbers that training keeps rather than learns, such as moving averages.
  package let isTrained: Bool

  package init(_ name: String, _ shape: [Int], start: Start, isTrained: Bool = true) {
    self.name = name
    self.shape = shape
    self.start = start
    self.isTrained = isTrained
  }

  package var count: Int { shape.reduce(1, *) }
}

/// The function at the end of a layer.
package enum Activation: Hashable, Sendable {
  case linear
  case relu
  case sigmoid
  case tanh
  case softmax
  /// Any other function of one value.
  case function(ValueFunction)

  /// As a line of a network has it; nil for a word that is no function.
  package init?(word: String) {
    switch word {
    case "linear": self = .linear
    case "relu": self = .relu
    case "sigmoid": self = .sigmoid
    case "tanh": self = .tanh
    case "softmax": self = .softmax
    default:
      guard let function = ValueFunction(word: word) else { return nil }
      self = .function(function)
    }
  }

  /// As `init(word:)` reads it.
  package var word: String {
    switch self {
    case .linear: "linear"
    case .relu: "relu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .softmax: "softmax"
    case .function(let function): "\(function)"
    }
  }

  /// The function as an expression; nil for softmax, which is none of one value.
  package var function: ValueFunction? {
    switch self {
    case .linear: .argument
    case .relu: .larger(.argument, .number(0))
    case .sigmoid: .call(.sigmoid, .argument)
    case .tanh: .call(.tanh, .argument)
    case .softmax: nil
    case .function(let function): function
    }
  }

  /// What a layer does by itself: functions of one value and softmax are left to the network.
  package var ofLayer: Activation {
    switch self {
    case .softmax, .function: .linear
    case .linear, .relu, .sigmoid, .tanh: self
    }
  }

  /// What is left for whoever reads the values that a network gives: functions of one value it applies by itself.
  package var ofOutput: Activation {
    if case .function = self { return .linear }
    return self
  }
}
