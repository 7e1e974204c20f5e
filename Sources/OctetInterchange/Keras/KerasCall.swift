import OctetHost
import OctetText

/// What a function is called with that stands in a model like a layer: one of `keras.ops`, or one of TensorFlow that
/// Keras 2 has kept as a layer of the class TFOpLambda.
struct KerasCall {
  indirect enum Argument {
    case view(ArrayView)
    case list([Argument])
    /// A number, a text, an array or what else JSON holds; never null.
    case other(UntrustedValue)
  }

  /// By the names of the function's parameters.
  private(set) var arguments: [String: Argument] = [:]

  /// - Parameters:
  ///   - node: the use of the layer as the file describes it.
  ///   - settings: what the function was made with.
  ///   - parameters: the names of all that the function may be given, in its order; what has another name is refused.
  ///   - names: what the file calls some of them.
  init(
    _ node: UntrustedValue?, settings: KerasConfiguration, parameters: [String], names: [String: String],
    _ view: (KerasConfiguration.Source) -> ArrayView?
  ) throws(GraphFailure) {
    var given: [String: UntrustedValue] = settings.members
    var positional: [UntrustedValue] = []
    switch node {
    case .object(let node)?:
      if case .list(let list)? = node["args"] { positional = list }
      if case .object(let named)? = node["kwargs"] { given.merge(named) { $1 } }
    case .list(let list)?:
      // One value with its arguments by name, or a list of such that have the same ones.
      if case .list(let first)? = list.first {
        positional = [.list(list.map(Self.withoutArguments))]
        if case .object(let named)? = first.last { given.merge(named) { $1 } }
      } else {
        positional = [Self.withoutArguments(.list(list))]
        if case .object(let named)? = list.last { given.merge(named) { $1 } }
      }
    default: break
    }
    guard positional.count <= parameters.count else {
      throw GraphFailure("is given \(positional.count) arguments; \(parameters.count) are known")
    }
    for (name, value) in zip(parameters, positional) {
      arguments[name] = try Self.argument(value, view, depth: 0)
    }
    for (name, value) in given where !Self.others.contains(name) || parameters.contains(name) {
      if case .null = value { continue }
      let known = names[name].map { parameters.contains($0) ? $0 : name } ?? name
      guard parameters.contains(known) else {
        throw GraphFailure("has the argument \(name.quoted), which is not supported")
      }
      guard arguments[known] == nil else { throw GraphFailure("is given \(known.quoted) twice") }
      arguments[known] = try Self.argument(value, view, depth: 0)
    }
  }

  /// What every layer has, and what changes nothing for real numbers.
  private static let others: Set = ["name", "dtype", "function", "trainable", "conjugate"]

  /// `[layer, use, output]` of a value that Keras 2 writes with arguments behind it; the number of a constant.
  private static func withoutArguments(_ value: UntrustedValue) -> UntrustedValue {
    guard case .list(let list) = value, list.count >= 3 else { return value }
    if case .text("_CONSTANT_VALUE") = list[0] { return list[2] }
    return .list(Array(list[..<3]))
  }

  private static func argument(
    _ value: UntrustedValue, _ view: (KerasConfiguration.Source) -> ArrayView?, depth: Int
  ) throws(GraphFailure) -> Argument {
    guard depth < UntrustedJSON.deepest else { throw GraphFailure("has arguments that are nested too deep") }
    if let source = KerasConfiguration.source(value) {
      guard let found = view(source) else { throw GraphFailure("reads a value that no layer gives") }
      return .view(found)
    }
    guard case .list(let list) = value else { return .other(value) }
    var made: [Argument] = []
    for element in list { made.append(try argument(element, view, depth: depth + 1)) }
    return .list(made)
  }
}

/// Arguments by what they have to be.
extension KerasCall {
  func isGiven(_ name: String) -> Bool { arguments[name] != nil }

  func view(_ name: String) throws(GraphFailure) -> ArrayView {
    guard case .view(let view)? = arguments[name] else {
      throw GraphFailure("needs a value of the network as \(name.quoted)")
    }
    return view
  }

  func views(_ name: String) throws(GraphFailure) -> [ArrayView] {
    guard case .list(let list)? = arguments[name], !list.isEmpty else {
      throw GraphFailure("needs a list of values as \(name.quoted)")
    }
    var views: [ArrayView] = []
    for element in list {
      guard case .view(let view) = element else {
        throw GraphFailure("has a constant among \(name.quoted), which is not supported")
      }
      views.append(view)
    }
    return views
  }

  /// A constant array; nil where the argument is a value of the network.
  func constant(_ name: String) throws(GraphFailure) -> GraphBuilder.Constant? {
    guard let argument = arguments[name] else { throw GraphFailure("has no \(name.quoted)") }
    if case .view = argument { return nil }
    guard let value = Self.value(argument) else {
      throw GraphFailure("needs a value or a constant as \(name.quoted)")
    }
    var numbers = value
    // Arrays of NumPy and tensors are objects.
    if case .object(let object) = value, case .object(let inside)? = object["config"],
      let elements = inside["value"]
    {
      numbers = elements
    }
    var constant = GraphBuilder.Constant(shape: [], values: [])
    guard Self.collect(numbers, into: &constant, depth: 0) else {
      throw GraphFailure("has a \(name.quoted) that is no array of numbers")
    }
    return constant
  }

  func number(_ name: String, otherwise usual: Double? = nil) throws(GraphFailure) -> Double {
    if let usual, !isGiven(name) { return usual }
    guard let number = try constant(name)?.single, number.isFinite else {
      throw GraphFailure("needs a number as \(name.quoted)")
    }
    return number
  }

  func integer(_ name: String, otherwise usual: Int? = nil) throws(GraphFailure) -> Int {
    let number = try number(name, otherwise: usual.map { Double($0) })
    guard abs(number) < 1e9, number == number.rounded() else {
      throw GraphFailure("has \(number) as \(name.quoted); a whole number is needed")
    }
    return Int(number)
  }

  /// One whole number, or a list of them; nil if there is no such argument.
  func integers(_ name: String) throws(GraphFailure) -> [Int]? {
    guard isGiven(name) else { return nil }
    // The size of a batch that is not fixed is null.
    guard let argument = arguments[name], let value = Self.value(argument) else {
      throw GraphFailure("needs whole numbers as \(name.quoted)")
    }
    var list = [value]
    if case .list(let elements) = value { list = elements }
    var numbers: [Int] = []
    for element in list {
      switch element {
      case .null: numbers.append(-1)
      case .number(let number) where abs(number) < 1e9 && number == number.rounded():
        numbers.append(Int(number))
      default: throw GraphFailure("needs whole numbers as \(name.quoted)")
      }
    }
    return numbers
  }

  func flag(_ name: String, otherwise usual: Bool = false) throws(GraphFailure) -> Bool {
    guard let argument = arguments[name] else { return usual }
    guard case .other(.bool(let flag)) = argument else {
      throw GraphFailure("needs a flag as \(name.quoted)")
    }
    return flag
  }

  func text(_ name: String, otherwise usual: String) throws(GraphFailure) -> String {
    guard let argument = arguments[name] else { return usual }
    guard case .other(.text(let text)) = argument else {
      throw GraphFailure("needs a text as \(name.quoted)")
    }
    return text
  }

  /// The argument as the file has it; nil where a value of the network is in it.
  func value(_ name: String) -> UntrustedValue? { arguments[name].flatMap(Self.value) }

  private static func value(_ argument: Argument) -> UntrustedValue? {
    switch argument {
    case .view: return nil
    case .other(let value): return value
    case .list(let list):
      let values = list.compactMap(value)
      return values.count == list.count ? .list(values) : nil
    }
  }

  /// The elements of lists in lists, all of the same shape.
  private static func collect(
    _ value: UntrustedValue, into constant: inout GraphBuilder.Constant, depth: Int
  ) -> Bool {
    switch value {
    case .number(let number):
      constant.values.append(number)
      return depth == constant.shape.count
    case .bool(let flag):
      constant.values.append(flag ? 1 : 0)
      return depth == constant.shape.count
    case .list(let list):
      guard depth < 8 else { return false }
      if depth == constant.shape.count, constant.values.isEmpty { constant.shape.append(list.count) }
      guard depth < constant.shape.count, constant.shape[depth] == list.count else { return false }
      return list.allSatisfy { collect($0, into: &constant, depth: depth + 1) }
    case .null, .text, .object: return false
    }
  }
}

/// The functions of TensorFlow that Keras 2 has kept, and the one of `keras.ops` that each is.
enum KerasOldFunctions {
  /// The class of a layer as the tables of operators have it: functions as "ops.Add".
  static func kind(_ layer: KerasConfiguration) -> String {
    let kind = layer.text("class_name") ?? ""
    if layer.text("module")?.split(separator: ".").contains("ops") == true { return "ops." + kind }
    // An .h5 file names no modules. A function has nothing to train there, and has the name of a layer without a type
    // of numbers at most.
    if layer["module"] == nil, let settings = layer.part("config"), settings["trainable"] == nil,
      Kinds.keras["ops." + kind] != nil, settings["dtype"] == nil || Kinds.keras[kind] == nil,
      case .object? = layer.list("inbound_nodes")?.first
    {
      return "ops." + kind
    }
    guard isFunction(kind), let function = layer.part("config")?.text("function") else { return kind }
    return all[function].map { "ops." + $0 } ?? "tf." + function
  }

  private static func isFunction(_ kind: String) -> Bool { kind == "TFOpLambda" || kind == "SlicingOpLambda" }

  private static let all: [String: String] = [
    "__operators__.add": "Add", "math.add": "Add", "math.subtract": "Subtract",
    "__operators__.sub": "Subtract",
    "math.multiply": "Multiply", "__operators__.mul": "Multiply", "math.divide": "Divide",
    "math.truediv": "Divide", "__operators__.truediv": "Divide", "math.maximum": "Maximum",
    "math.minimum": "Minimum", "math.negative": "Negative", "math.abs": "Absolute", "math.square": "Square",
    "math.sqrt": "Sqrt", "math.rsqrt": "Rsqrt", "math.exp": "Exp", "math.log": "Log", "math.pow": "Power",
    "math.tanh": "Tanh", "nn.tanh": "Tanh", "math.sigmoid": "Sigmoid", "nn.sigmoid": "Sigmoid",
    "nn.relu": "Relu", "nn.relu6": "Relu6", "nn.elu": "Elu", "nn.selu": "Selu", "nn.swish": "Silu",
    "nn.silu": "Silu", "nn.softplus": "Softplus", "math.softplus": "Softplus", "nn.softsign": "Softsign",
    "nn.leaky_relu": "LeakyRelu", "nn.softmax": "Softmax", "nn.log_softmax": "LogSoftmax",
    "math.reduce_mean": "Mean", "math.reduce_max": "Max", "math.reduce_sum": "Sum", "concat": "Concatenate",
    "reshape": "Reshape", "compat.v1.transpose": "Transpose", "transpose": "Transpose",
    "expand_dims": "ExpandDims", "squeeze": "Squeeze", "clip_by_value": "Clip",
    "__operators__.getitem": "GetItem", "cast": "Cast", "identity": "StopGradient",
    "stop_gradient": "StopGradient", "stack": "Stack", "reverse": "Flip", "pad": "Pad",
    "compat.v1.pad": "Pad", "math.reciprocal": "Reciprocal", "math.erf": "Erf", "math.sin": "Sin",
    "math.cos": "Cos", "math.tan": "Tan", "math.asin": "Arcsin", "math.acos": "Arccos", "math.atan": "Arctan",
    "math.sinh": "Sinh", "math.cosh": "Cosh", "math.asinh": "Arcsinh", "math.acosh": "Arccosh",
    "math.atanh": "Arctanh", "math.sign": "Sign", "math.floor": "Floor", "math.ceil": "Ceil",
    "math.rint": "Round",
    "math.round": "Round", "round": "Round",
    "math.log1p": "Log1p", "math.expm1": "Expm1", "math.log_sigmoid": "LogSigmoid",
    "math.greater": "Greater", "math.greater_equal": "GreaterEqual", "math.less": "Less",
    "math.less_equal": "LessEqual", "where": "Where", "math.reduce_min": "Min", "gather": "Take",
    "compat.v1.gather": "Take",
  ]

  /// What TensorFlow calls the parameters.
  static let names: [String: String] = [
    "x": "x1", "y": "x2", "features": "x", "logits": "x", "input_tensor": "x", "values": "xs", "tensor": "x",
    "shape": "newshape", "a": "x", "perm": "axes", "input": "x", "t": "x", "clip_value_min": "x_min",
    "clip_value_max": "x_max", "slice_spec": "key", "alpha": "negative_slope", "paddings": "pad_width",
    "params": "x",
  ]
}
