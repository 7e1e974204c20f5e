import OctetNetwork
import OctetTraining

/// A network as it was read from a file of another tool, before it becomes a float model or an integer one.
///
/// Readers only translate, each operator by its definition in its format; what can be fused or dropped is decided by
/// passes over the finished graph. Node `i` makes value `i + 1`; value 0 is the input.
package struct Graph: Sendable {
  /// What a node computes: a float layer, or what is none by itself.
  package enum Operation: Hashable, Sendable {
    /// A layer of a float network. Its parameters but for the bias stand one after the other in the weights, each in
    /// the shape and order that `LayerSpecification.parameters` states.
    case layer(FloatLayerKind)
    /// `factor * x + summand`, one pair for each channel: the weights and the bias.
    case affine
    case function(Function)
    case softmax(isLogarithm: Bool)
    /// Zeros around an image.
    case padding(Border)
    /// The same values in other integers: QUANTIZE between two layers of a full-integer file, or QuantizeLinear.
    case requantize
  }

  /// A function of one value.
  package enum Function: Hashable, Sendable {
    case identity
    case relu
    case reluN1To1
    case relu6
    case sigmoid
    case tanh
    /// With the slope of what is below 0.
    case leakyReLU(Float)
    case elu
    case gelu
    /// By its approximation with tanh.
    case geluTanh
    case hardSwish
    /// Any other; of integers there is none.
    case value(ValueFunction)

    /// What it computes.
    package var expression: ValueFunction {
      switch self {
      case .identity: .argument
      case .relu: .larger(.argument, .number(0))
      case .reluN1To1: .clip(-1, 1)
      case .relu6: .clip(0, 6)
      case .sigmoid: .call(.sigmoid, .argument)
      case .tanh: .call(.tanh, .argument)
      case .leakyReLU(let slope): .leakyReLU(Double(slope))
      case .elu: .elu(1)
      case .gelu: .gelu
      case .geluTanh: .geluTanh
      case .hardSwish: .hardSwish
      case .value(let function): function
      }
    }
  }

  package struct Border: Hashable, Sendable {
    package var top = 0
    package var left = 0
    package var bottom = 0
    package var right = 0

    var isEmpty: Bool { self == Border() }
  }

  package struct Node: Sendable {
    package var operation: Operation
    package var inputs: [Int]
    /// What it makes.
    package var shape: ImageShape
    /// Operator and name as in the file, for messages.
    package let title: String
    /// Whether the file has a product with a matrix here, of which a convolution of one cell was made where the input
    /// is an image: integers are rounded by the operator of the file.
    package var isMatrixProduct = false
    /// Whether it only moves values or makes zeros, by weights of 0 and 1 or by a sum with zeros, or takes the largest
    /// of some that were moved. Its integers stand for what those stand for that it reads.
    package var isMove = false
    /// How often the channels of the file's operator follow each other among those of a convolution, as the places of a
    /// transposed one.
    package var phases = 1
    /// Whether the file takes a mean over axes here rather than moving a window: integers are rounded otherwise.
    package var isMean = false
    /// What is done to each value at the end.
    package var function = Function.identity
    /// Floats, or the file's own integers where the network computes with them.
    package var weights: [Float] = []
    /// As exact as the file has it: 32-bit integers are exact in a Double.
    package var bias: [Double]?
    /// In a network of integers, the tensors that say what they stand for.
    package var tensors = Tensors()
  }

  /// Tensors of the file, by number.
  package struct Tensors: Hashable, Sendable {
    package var weights: Int?
    package var output: Int?
    /// Whether a `requantize` node makes its integers of floats that the file computed, not of other integers.
    package var readsFloats = false
  }

  package internal(set) var input: ImageShape
  package internal(set) var nodes: [Node] = []
  /// The file's operators in its order, and the values that hold what they give.
  package internal(set) var sources: [SourceOperator] = []
  /// In a network of integers, the tensor that says what those of the input stand for.
  var inputTensor: Int?
  /// What the file multiplies the input by before it makes integers of it.
  var inputFactor = 1.0
  /// How the file's input array lies on value 0.
  var inputView: ArrayView
  /// What the file gives, in its order; at least one when the graph is finished.
  var outputs: [Output] = []

  /// A value that the network gives, and how the file's array lies on it.
  struct Output: Sendable {
    /// Empty where the file has no name for it.
    let name: String
    var view: ArrayView
    /// What is chosen among the elements at the end.
    var choice: ArrayChoice?

    init(name: String, view: ArrayView) {
      self.name = name
      self.view = view
      (self.view.choice, choice) = (nil, view.choice)
    }
  }

  init(input: ImageShape, view: ArrayView) {
    self.input = input
    inputView = view
  }

  /// The first output, which most networks have alone.
  var outputView: ArrayView { outputs[0].view }

  /// The shape of a value.
  package func shape(_ value: Int) -> ImageShape { value == 0 ? input : nodes[value - 1].shape }

  /// How often each value is read; each output of the graph counts as a reader.
  var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count + 1)
    for node in nodes { for value in node.inputs { counts[value] += 1 } }
    for output in outputs { counts[output.view.value] += 1 }
    return counts
  }

  /// Whether the input's values are put into another order before anything is done to them: then it may have been meant
  /// to lie otherwise.
  var arrangesInput: Bool {
    nodes.contains { node in
      if case .layer(.arrange) = node.operation { return node.inputs[0] == 0 }
      return false
    }
  }

  /// The nodes that read a value.
  func readers(of value: Int) -> [Int] { nodes.indices.filter { nodes[$0].inputs.contains(value) } }
}

/// Why an operator cannot be translated; the reader adds where it stands.
struct GraphFailure: Error {
  var reason: String
  /// The input's shape with which another attempt may succeed.
  var wantedInput: ImageShape?
  /// Whether the file can be run with a batch of one alone, though it says any.
  var isForOneItem = false

  init(_ reason: String, wantedInput: ImageShape? = nil, isForOneItem: Bool = false) {
    self.reason = reason
    self.wantedInput = wantedInput
    self.isForOneItem = isForOneItem
  }
}
