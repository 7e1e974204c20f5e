import OctetTraining

/// The layers of a .tflite graph, float or integer: what both ways of bringing it in have in common.
///
/// Reshapes, padding, the arithmetic of shapes and the conversions at the edges are gone; images have their channels last, as
/// in Octet. Layer `i` makes value `i + 1`; value 0 is the input.
package struct LiteNetwork {
  package enum Kind: Hashable, Sendable {
    case dense(units: Int)
    case convolution(Convolution)
    case depthwiseConvolution(DepthwiseConvolution)
    case maximumPooling(MaxPooling)
    case averagePooling(AveragePooling)
    case globalAveragePooling
    case add
    /// Multiplies by a constant, one for all or one for each channel.
    case multiply
    /// Adds one.
    case shift
    case function(Function)
  }

  /// A function of one value, by itself or fused to a layer.
  package enum Function: Hashable, Sendable {
    case none
    case relu
    case reluN1To1
    case relu6
    case logistic
    case tanh
  }

  package struct Layer: Sendable {
    package let kind: Kind
    package let inputs: [Int]
    /// What it does to each value at the end.
    package var function: Function
    /// Tensors of the file: constant weights and bias, and what the layer writes.
    package let weights: Int?
    package let bias: Int?
    package let output: Int
    package let shape: ImageShape
    /// For messages.
    package let title: String
  }

  package enum Head: Sendable {
    case linear
    case softmax
    case sigmoid
  }

  package let path: String
  package let graph: LiteGraph
  package internal(set) var input = ImageShape(flat: 1)
  /// The tensor that holds the input after any conversion.
  package internal(set) var inputTensor = 0
  package internal(set) var layers: [Layer] = []
  package internal(set) var head = Head.linear

  /// Values by the tensor that holds them.
  var values: [Int: Int] = [:]
  /// Constants that a node converted, by the tensor that holds the result.
  var aliases: [Int: Int] = [:]
  /// Border that a PAD put around a value, by the tensor.
  var borders: [Int: Window.Padding] = [:]

  /// The shape of a value.
  func shape(_ value: Int) -> ImageShape { value == 0 ? input : layers[value - 1].shape }

  package init(_ file: [UInt8], path: String) throws(ImportError) {
    self.path = path
    do throws(FlatBufferTable.Failure) {
      graph = try LiteGraph(file)
    } catch {
      throw ImportError(path: path, "byte \(error.offset): \(error.reason)")
    }
    try readInput()
    for index in graph.nodes.indices { try add(graph.nodes[index]) }
    guard let last = values[graph.outputs[0]], last == layers.count, !layers.isEmpty,
      borders[graph.outputs[0]] == nil
    else {
      throw failure("its output is not what the last layer gives")
    }
  }

  private mutating func readInput() throws(ImportError) {
    guard graph.inputs.count == 1, graph.outputs.count == 1 else {
      throw failure(
        "it has \(graph.inputs.count) inputs and \(graph.outputs.count) outputs; a classifier of one picture has one of each"
      )
    }
    inputTensor = graph.inputs[0]
    let sizes = graph.tensors[inputTensor].shape.dropFirst()
    guard (1...3).contains(sizes.count), sizes.allSatisfy({ (1...4096).contains($0) }) else {
      throw failure(
        "its input has shape \(graph.tensors[inputTensor].shape); a batch and one to three sizes are known")
    }
    let list = Array(sizes)
    switch list.count {
    case 1: input = ImageShape(flat: list[0])
    case 2: input = ImageShape(height: list[0], width: list[1], channels: 1)
    default: input = ImageShape(height: list[0], width: list[1], channels: list[2])
    }
    guard input.count <= NetworkDescription.largestValueCount else {
      throw failure("its input \(input) is too large")
    }
    values[inputTensor] = 0
  }

  /// Whether the layers compute with integers.
  package var isInteger: Bool {
    layers.contains { $0.weights != nil && graph.tensors[$0.output].element != .float32 }
  }

  package func failure(_ reason: String) -> ImportError { ImportError(path: path, reason) }
}
