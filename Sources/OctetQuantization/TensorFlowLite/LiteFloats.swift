import Octet
import OctetInterchange
import OctetNetwork
import OctetTraining

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Floats within a full-integer .tflite file: what functions of one value make of an integer tensor's 256 values
/// between DEQUANTIZE and QUANTIZE, each step rounded to a float as LiteRT's kernels round it.
struct LiteFloats {
  /// The tensor whose integers they are made of.
  let tensor: Int
  /// In the order of the tensor's integers, that of -128 first.
  var values: [Float]

  /// What DEQUANTIZE makes of the integers.
  init(tensor: Int, _ encoding: IntegerLayer.Encoding) {
    self.tensor = tensor
    values = (-128...127).map { encoding.scale * Float($0 - encoding.zeroPoint) }
  }

  mutating func apply(_ function: Graph.Function) { values = values.map(Self.function(function)) }

  /// `factor * x + summand`; one of both steps changes nothing.
  mutating func apply(factor: Float, summand: Float) { values = values.map { $0 * factor + summand } }

  mutating func join(_ operation: JoinKind, _ other: LiteFloats) {
    for index in values.indices { values[index] = operation.result(values[index], other.values[index]) }
  }

  /// How LiteRT's reference kernels compute a function of floats.
  static func function(_ function: Graph.Function) -> (Float) -> Float {
    switch function {
    case .sigmoid: return { 1 / (1 + Float(exponential(Double(-$0)))) }
    case .tanh: return { Float(hyperbolicTangent(Double($0))) }
    case .elu: return { $0 < 0 ? Float(expm1(Double($0))) : $0 }
    case .leakyReLU(let slope): return { $0 > 0 ? $0 : $0 * slope }
    // As LiteRT writes them: 0.5 * x * erfc(-x / sqrt(2)), and the approximation with a cube.
    case .gelu: return { 0.5 * $0 * Float(erfc(Double($0 * -Float(0.5).squareRoot()))) }
    case .geluTanh:
      return { value in
        let inner = Float((2 / Double.pi).squareRoot()) * (value + 0.044715 * value * value * value)
        return 0.5 * value * (1 + Float(hyperbolicTangent(Double(inner))))
      }
    case .hardSwish: return { $0 * min(max($0 + 3, 0), 6) / 6 }
    case .identity, .relu, .relu6, .reluN1To1, .value:
      let expression = function.expression
      return { value(expression, $0) }
    }
  }

  /// An expression, each part of which is rounded to a float.
  private static func value(_ expression: ValueFunction, _ argument: Float) -> Float {
    switch expression {
    case .argument: return argument
    case .number(let number): return Float(number)
    case .call(let function, let inner):
      return Float(function.value(Double(value(inner, argument))))
    case .combined(let operation, let left, let right):
      // A double has more than twice a float's bits and two, so that rounding once more changes no result.
      return Float(operation.result(Double(value(left, argument)), Double(value(right, argument))))
    }
  }
}

extension LiteIntegerConversion {
  /// Works out what a node computes in floats, or makes integers of it again.
  ///
  /// - Returns: whether the node is one of floats, so that nothing is left to convert.
  mutating func convertFloats(_ node: Graph.Node, value: Int) throws(ImportError) -> Bool {
    guard source.rules == .lite else { return false }
    if case .requantize = node.operation, let own = floatsToRequantize(node) {
      let output = try output(node)
      do throws(LiteTable.Failure) {
        let table = try LiteTable(from: encoding(of: own.tensor), to: output).quantized(own.values)
        values.append(append(lookUp(table, from: own.tensor), shape: node.shape, output))
      } catch {
        throw source.failure("\(node.title) \(error.reason)")
      }
      return true
    }
    let isReal = node.tensors.output.map { !source.tensor($0).isInteger } ?? false
    guard isReal, !uses.headed.contains(value) || uses.needed.contains(value) else {
      if node.inputs.contains(where: { floats[$0] != nil }) { throw realFailure(node) }
      return false
    }
    var own: [LiteFloats] = []
    for input in node.inputs {
      let tensor = values[input]
      own.append(floats[input] ?? LiteFloats(tensor: tensor, encoding(of: tensor)))
    }
    guard var made = own.first, own.allSatisfy({ $0.tensor == made.tensor }) else { throw realFailure(node) }
    switch node.operation {
    case .function(let function): made.apply(function)
    case .affine:
      guard let factor = node.weights.first, node.weights.allSatisfy({ $0 == factor }),
        let summand = node.bias?.first, node.bias?.allSatisfy({ $0 == summand }) == true
      else { throw realFailure(node) }
      made.apply(factor: factor, summand: Float(summand))
    default:
      guard let operation = JoinKind.allCases.first(where: { node.operation == .layer(.join($0)) }) else {
        throw realFailure(node)
      }
      made.join(operation, own[1])
    }
    if node.function != .identity { made.apply(node.function) }
    floats[value] = made
    // Nothing reads it as integers.
    values.append(made.tensor)
    return true
  }

  /// The floats that integers are made of; nil where they are made of other integers, which LiteRT rounds otherwise.
  private func floatsToRequantize(_ node: Graph.Node) -> LiteFloats? {
    if let computed = floats[node.inputs[0]] { return computed }
    // Floats that were only moved.
    guard node.tensors.readsFloats else { return nil }
    let tensor = values[node.inputs[0]]
    return LiteFloats(tensor: tensor, encoding(of: tensor))
  }

  private func realFailure(_ node: Graph.Node) -> ImportError {
    source.failure(
      "\(node.title) computes with floats, between DEQUANTIZE and QUANTIZE: functions of one value are supported "
        + "there; convert with int8 for all operators (TFLITE_BUILTINS_INT8)")
  }
}
