import OctetTraining

/// Turns an ONNX graph into a float model, node by node.
///
/// ONNX keeps images channels first, Octet channels last. No data is moved for that: each value remembers which of its
/// axes is which, a Transpose only renames them, and where an image is flattened and multiplied, the rows of the
/// matrix are put into Octet's order instead.
struct ONNXImport {
  /// A value of the graph while it is followed.
  struct Value {
    /// What an axis means.
    enum Axis: Hashable {
      case batch, height, width, channel
    }

    /// The value in Octet: 0 is the input, `i` the output of layer `i - 1`.
    var index: Int
    /// The meaning of each axis, in the order in which the graph has them now.
    var axes: [Axis]
    /// For a flattened image: the order in which the graph ran through it, where that is not Octet's.
    var flattened: [Axis]?
  }

  typealias Layer = ForeignLayer

  let path: String
  let graph: ONNXGraph
  var input = ImageShape(flat: 1)
  var layers: [Layer] = []
  var shapes: [ImageShape] = []
  var values: [String: Value] = [:]
  /// Constants of the file, and those that nodes make.
  var constants: [String: ONNXGraph.Tensor]
  /// The image that was flattened into a value, by the value.
  var flattenedShapes: [Int: ImageShape] = [:]
  /// What layers hold, those included that are not in the file but made here.
  private var madeParameters = 0
  /// How many nodes read a value; its last reader may change it in place.
  private(set) var readers: [String: Int] = [:]

  /// What can be brought in, for error messages.
  static let operators =
    ([
      "Add", "AveragePool", "BatchNormalization", "Constant", "Conv", "Div", "Dropout", "Flatten", "Gemm",
      "GlobalAveragePool", "Identity", "LogSoftmax", "MatMul", "MaxPool", "Mul", "ReduceMean", "Relu",
      "Reshape",
      "Sigmoid", "Softmax", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ] + constantOperators.subtracting(["Squeeze", "Unsqueeze"]).map { "\($0) (of shapes)" }).sorted()

  init(_ file: [UInt8], path: String) throws(ImportError) {
    self.path = path
    do throws(ProtobufReader.Failure) {
      graph = try ONNXGraph(file)
    } catch {
      throw ImportError(path: path, "byte \(error.offset): \(error.reason)")
    }
    constants = graph.constants
    for node in graph.nodes { for name in node.inputs { readers[name, default: 0] += 1 } }
    try readInput()
    for node in graph.nodes { try add(node) }
  }

  /// The one input, an image or a flat vector.
  private mutating func readInput() throws(ImportError) {
    guard graph.inputs.count == 1, let port = graph.inputs.first else {
      throw failure("it has \(graph.inputs.count) inputs; a classifier of one picture has one")
    }
    guard graph.outputs.count == 1 else {
      throw failure("it has \(graph.outputs.count) outputs; a classifier has one")
    }
    // The batch comes first and may have any size.
    let sizes = port.shape.dropFirst().map { $0 ?? 0 }
    guard (1...3).contains(sizes.count), sizes.allSatisfy({ $0 > 0 }) else {
      throw failure(
        "its input \(port.name.quoted) has no fixed shape; export it with a fixed height, width and channels")
    }
    // The product of three of these fits 64 bits.
    guard sizes.allSatisfy({ $0 <= 1 << 20 }), sizes.reduce(1, *) <= NetworkDescription.largestValueCount
    else {
      throw failure("its input \(port.name.quoted) has the sizes \(sizes), which is too large")
    }
    let axes: [Value.Axis]
    switch sizes.count {
    case 1:
      input = ImageShape(flat: sizes[0])
      axes = [.batch, .channel]
    case 2:
      input = ImageShape(height: sizes[0], width: sizes[1], channels: 1)
      axes = [.batch, .height, .width]
    default:
      // Channels are few: three numbers such as 1, 28, 28 or 28, 28, 1 say which is which.
      let isFirst = sizes[0] < sizes[2] || (sizes[0] == sizes[2] && readsChannelsFirst(port.name))
      input =
        isFirst
        ? ImageShape(height: sizes[1], width: sizes[2], channels: sizes[0])
        : ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
      axes = isFirst ? [.batch, .channel, .height, .width] : [.batch, .height, .width, .channel]
    }
    shapes = [input]
    values[port.name] = Value(index: 0, axes: axes)
  }

  private func readsChannelsFirst(_ name: String) -> Bool {
    graph.nodes.contains { $0.inputs.first == name && $0.type == "Conv" }
  }

  func failure(_ reason: String) -> ImportError { ImportError(path: path, reason) }

  func failure(_ node: ONNXGraph.Node, _ reason: String) -> ImportError { failure("\(node.title) \(reason)") }

  /// The value that a node reads in its place `place`.
  func value(_ node: ONNXGraph.Node, _ place: Int) throws(ImportError) -> Value {
    guard place < node.inputs.count else { throw failure(node, "has no input \(place)") }
    guard let value = values[node.inputs[place]] else {
      throw failure(node, "reads \(node.inputs[place].quoted), which no node before it makes")
    }
    return value
  }

  /// A constant that a node reads; nil where it reads none there.
  func constant(_ node: ONNXGraph.Node, _ place: Int) -> ONNXGraph.Tensor? {
    place < node.inputs.count ? constants[node.inputs[place]] : nil
  }

  func floats(_ node: ONNXGraph.Node, _ place: Int, shape: [Int], _ what: String) throws(ImportError)
    -> [Float]
  {
    guard let tensor = constant(node, place), case .floats(let values) = tensor.values else {
      throw failure(node, "needs constant \(what)")
    }
    guard values.count == shape.reduce(1, *) else {
      throw failure(node, "has \(what) of shape \(tensor.shape) where \(shape) is needed")
    }
    return values
  }

  /// Adds a layer that reads `inputs` and gives its value.
  mutating func append(_ layer: Layer, _ node: ONNXGraph.Node, axes: [Value.Axis]) throws(ImportError) {
    do throws(ShapeMismatch) {
      let shape = try layer.kind.specification.outputShape(for: shapes[layer.inputs[0]])
      guard shape.count <= NetworkDescription.largestValueCount else {
        throw ShapeMismatch("its output \(shape) is too large")
      }
      shapes.append(shape)
    } catch {
      throw failure(node, "does not fit its input \(shapes[layer.inputs[0]]): \(error.reason)")
    }
    madeParameters += layer.parameterCount
    guard madeParameters <= NetworkDescription.largestParameterCount else {
      throw failure(node, "brings it beyond \(NetworkDescription.largestParameterCount) parameters")
    }
    layers.append(layer)
    guard let name = node.outputs.first else { throw failure(node, "has no output") }
    values[name] = Value(index: layers.count, axes: axes)
  }

  /// The layer that made a value, if nothing else reads it and it may so take more in.
  func soleMaker(_ name: String, _ value: Value) -> Int? {
    guard readers[name] == 1, value.index > 0, value.index == layers.count,
      layers[value.index - 1].activation == .linear
    else { return nil }
    return value.index - 1
  }
}
