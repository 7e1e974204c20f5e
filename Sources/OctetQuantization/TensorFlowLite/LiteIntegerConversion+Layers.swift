import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension LiteIntegerConversion {
  /// - Parameter value: what the node makes.
  mutating func convert(_ node: Graph.Node, value: Int) throws(ImportError) {
    if try convertFloats(node, value: value) { return }
    let inputs = node.inputs.map { values[$0] }
    switch node.operation {
    case .softmax(isLogarithm: true) where !uses.headed.contains(value) || uses.needed.contains(value):
      throw source.failure(
        "\(node.title) gives logarithms, which are supported as the probabilities of classes")
    case .layer(let kind): values.append(try kind.lowering.convert(node, inputs, &self))
    case .softmax:
      if uses.headed.contains(value) { logits[value] = inputs[0] }
      values.append(
        uses.headed.contains(value) && !uses.needed.contains(value)
          ? inputs[0] : try appendSoftmax(node, inputs[0]))
    case .function(.sigmoid) where uses.headed.contains(value):
      logits[value] = inputs[0]
      // The head makes probabilities of what goes in; layers and numbers take the file's own integers.
      values.append(uses.needed.contains(value) ? try lookUp(.sigmoid, node, inputs[0]) : inputs[0])
    case .function(let function): values.append(try lookUp(function, node, inputs[0]))
    case .requantize: values.append(try lookUp(.identity, node, inputs[0]))
    case .affine where source.rules == .onnx: values.append(try appendAffine(node, inputs))
    case .affine:
      throw source.failure("\(node.title) has a constant, which is supported in float files only")
    case .padding:
      throw source.failure("\(node.title) puts zeros around what no convolution reads")
    }
    guard node.function != .tanh || source.rules == .onnx else {
      throw source.failure("\(node.title) has a fused TANH")
    }
  }

  /// A function of one value, from the integers of one tensor to those of another.
  private mutating func lookUp(
    _ function: Graph.Function, _ node: Graph.Node, _ input: Int
  ) throws(ImportError) -> Int {
    let from = tensors[input]
    guard from.elementBytes == 1 else {
      throw source.failure("\(node.title) reads floats, of which no QuantizeLinear makes integers")
    }
    let output = try output(node)
    let table: [Int8]
    if source.rules == .onnx {
      table = try results(of: function, node, from, output)
      return append(lookUp(table, from: input), shape: from.shape, output)
    }
    do throws(LiteTable.Failure) {
      table = try LiteTable(
        from: IntegerLayer.Encoding(scale: from.scale, zeroPoint: from.zeroPoint), to: output
      ).values(function)
    } catch {
      throw source.failure("\(node.title) \(error.reason)")
    }
    return append(lookUp(table, from: input), shape: from.shape, output)
  }

  /// Softmax inside the network, by the file's own integers.
  private mutating func appendSoftmax(_ node: Graph.Node, _ input: Int) throws(ImportError) -> Int {
    guard source.rules != .onnx else {
      throw source.failure(
        "\(node.title) is inside a network of integers, where ONNX computes it with floats, which no integers are sure "
          + "to equal: quantize the float model with octet quantize")
    }
    let output = try output(node)
    let expected = InnerSoftmax.output
    guard output.scale == expected.scale, output.zeroPoint == expected.zeroPoint else {
      throw source.failure(
        "\(node.title) gives integers of the scale \(output.scale) from \(output.zeroPoint) on; 1/256 and -128 "
          + "are supported inside a network")
    }
    let inputs = shaped([input], like: node.shape)
    guard node.shape.channels <= InnerSoftmax.mostChannels,
      let places = InnerSoftmax.places(scale: tensors[inputs[0]].scale)
    else {
      throw source.failure(
        "\(node.title) is a softmax over \(node.shape.channels) channels of the scale "
          + "\(tensors[inputs[0]].scale), which is not supported")
    }
    var made = QuantizedLayer(.softmax, inputs: inputs)
    made.places = places
    return append(made, shape: node.shape, output)
  }

  // MARK: what the kinds' own files use

  func encoding(of tensor: Int) -> IntegerLayer.Encoding {
    IntegerLayer.Encoding(scale: tensors[tensor].scale, zeroPoint: tensors[tensor].zeroPoint)
  }

  /// The tensors in the shapes that the values which a node reads have in the graph.
  mutating func shaped(_ inputs: [Int], of node: Graph.Node) -> [Int] {
    zip(inputs, node.inputs).map { shaped([$0], like: source.graph.shape($1))[0] }
  }

  /// The tensors in the shape that a node has, where they are flattened ones of as many values.
  mutating func shaped(_ inputs: [Int], like shape: ImageShape) -> [Int] {
    inputs.map { input in
      let own = tensors[input].shape
      guard own != shape, own.count == shape.count else { return input }
      let arranged = Arrange(shape, parts: [Arrange.Part(size: shape.count, stride: 1)])
      var made = QuantizedLayer(.arrangement, inputs: [input])
      do throws(MovingFailure) {
        made.places = try arranged.places(input: own, output: shape)
      } catch {
        preconditionFailure("one part can be cut anywhere")
      }
      return append(made, shape: shape, encoding(of: input))
    }
  }

  /// What the integers that a node makes stand for.
  func output(_ node: Graph.Node) throws(ImportError) -> IntegerLayer.Encoding {
    guard let tensor = node.tensors.output else {
      let type = node.title.prefix { $0 != " " }
      throw source.failure(
        "\(node.title) gives floats, of which no QuantizeLinear makes integers: put QuantizeLinear and "
          + "DequantizeLinear behind it (quantize_static does with \(type) in op_types_to_quantize)")
    }
    return try encoding(tensor, title: node.title)
  }

  /// A node's layer without its numbers.
  func emptyLayer(_ kind: some LoweredKind, _ node: Graph.Node, _ inputs: [Int]) -> QuantizedLayer {
    var made = QuantizedLayer(kind.fileKind, inputs: inputs)
    if let window = kind.movedWindow {
      made.setWindow(window, input: tensors[inputs[0]].shape, output: node.shape)
    }
    return made
  }

  /// The tensor, or one of the same integers that are counted from another zero point: then a table that changes none.
  mutating func countedFrom(_ zeroPoint: Int, _ tensor: Int) -> Int {
    let from = tensors[tensor]
    guard from.zeroPoint != zeroPoint else { return tensor }
    let encoding = IntegerLayer.Encoding(scale: from.scale, zeroPoint: zeroPoint)
    return append(lookUp((-128...127).map { Int8($0) }, from: tensor), shape: from.shape, encoding)
  }

  /// A layer of one table.
  func lookUp(_ table: [Int8], from tensor: Int) -> QuantizedLayer {
    var layer = QuantizedLayer(.table, inputs: [tensor])
    layer.table = table
    return layer
  }
}
