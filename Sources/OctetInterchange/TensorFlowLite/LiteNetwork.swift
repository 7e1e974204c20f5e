import OctetHost
import OctetNetwork
import OctetText

/// A .tflite file, float or integer, or an ONNX file of integers, as a graph.
package struct LiteNetwork: Sendable {
  package enum Head: Sendable {
    case linear
    case softmax
    case sigmoid
  }

  package let path: String
  /// How integers are computed with.
  package let rules: IntegerRules
  /// What the file says of its tensors.
  private let source: Source
  /// What it computes; in a network of integers the weights are the file's own integers.
  package let graph: Graph
  /// What the file gives, in its order.
  package let outputs: [Output]
  /// The tensor that holds the input after any conversion.
  package let inputTensor: Int
  /// What an ONNX file multiplies the input by before it makes integers of it.
  package var inputFactor: Double { graph.inputFactor }

  private enum Source {
    case lite(LiteGraph)
    case onnx([IntegerTensor])
  }
  /// Whether the layers compute with integers.
  package let isInteger: Bool

  package init(_ bytes: [UInt8], path: String) throws(ImportError) {
    self.path = path
    rules = .lite
    let file: LiteGraph
    do throws(FlatBufferTable.Failure) {
      file = try LiteGraph(bytes)
    } catch {
      throw ImportError(path: path, "byte \(error.offset): \(error.reason)")
    }
    source = .lite(file)
    isInteger = file.computesWithIntegers
    do throws(GraphFailure) {
      var translation = try LiteTranslation(file, isInteger: isInteger, image: nil)
      do throws(GraphFailure) {
        try translation.translate()
      } catch {
        guard let wanted = error.wantedInput else { throw error }
        translation = try LiteTranslation(file, isInteger: isInteger, image: wanted)
        try translation.translate()
      }
      var graph = translation.builder.graph
      if isInteger { try graph.simplifyIntegers() } else { try graph.simplify() }
      guard !isInteger || !graph.nodes.isEmpty else {
        throw GraphFailure("its output is its input; there is nothing to compute")
      }
      outputs = Self.outputs(of: graph) { file.outputs[$0] }
      if isInteger, let output = outputs.first(where: { $0.value == 0 }) {
        throw GraphFailure("its output \(output.name.quoted) is its input; an output is what a layer gives")
      }
      self.graph = graph
      inputTensor = translation.inputTensor
    } catch {
      throw ImportError(path: path, error.reason)
    }
  }

  /// Reads an ONNX file whose values are integers between QuantizeLinear and DequantizeLinear; nil for one of floats.
  package init?(onnx bytes: [UInt8], path: String) throws(ImportError) {
    var (graph, _, tensors) = try ONNXTranslation.read(bytes, path: path)
    guard graph.computesWithIntegers else { return nil }
    do throws(GraphFailure) {
      try graph.simplifyQuantized()
    } catch {
      throw ImportError(path: path, error.reason)
    }
    guard let inputTensor = graph.inputTensor else {
      let reader = graph.nodes.first { $0.inputs.contains(0) && $0.operation != .requantize }
      throw ImportError(
        path: path,
        "its input becomes no integers by a QuantizeLinear of its own: \(reader?.title ?? "an output") computes with "
          + "it as floats; leave that out and feed what it gives, or put QuantizeLinear and DequantizeLinear before it"
      )
    }
    self.path = path
    rules = .onnx
    source = .onnx(tensors)
    isInteger = true
    outputs = Self.outputs(of: graph) { _ in nil }
    self.graph = graph
    self.inputTensor = inputTensor
    if let output = outputs.first(where: { $0.value == 0 }) {
      throw failure("its output \(output.name.quoted) is its input; an output is what a layer gives")
    }
  }

  /// What the file says of a tensor.
  package func tensor(_ number: Int) -> IntegerTensor {
    switch source {
    case .onnx(let tensors): return tensors[number]
    case .lite(let file):
      let found = file.tensors[number]
      let element: IntegerTensor.Element =
        switch found.element {
        case .int8, .int4: .int8
        case .uint8: .uint8
        case .float32, .float16: .float
        case .int32, .int64, .int16, nil: .other
        }
      do throws(FlatBufferTable.Failure) {
        return IntegerTensor(
          name: found.name, element: element, isHalfByte: found.element == .int4,
          encoding: try file.encoding(number))
      } catch {
        return IntegerTensor(
          name: found.name, element: element, encoding: nil, fault: "byte \(error.offset): \(error.reason)")
      }
    }
  }

  /// The float model, also where weights are stored in fewer bits.
  ///
  /// - Parameter classNames: the classes in the order of the outputs, if they are known.
  package func floatModel(classNames: [String]? = nil) throws(ImportError) -> FloatModel {
    guard !isInteger else { throw failure("its layers compute with integers; it is not a float model") }
    do throws(GraphFailure) {
      return try graph.floatModel(classNames: classNames)
    } catch {
      throw failure(error.reason)
    }
  }

  package var input: ImageShape { graph.input }

  /// How the file lays out one item of its input.
  package var inputLayout: ArrayLayout {
    ArrayLayout(shape: graph.inputView.sizes, places: graph.inputView.places)
  }

  package func failure(_ reason: String) -> ImportError { ImportError(path: path, reason) }
}

extension LiteGraph {
  /// Whether an operator that computes gives integers; conversions and shapes do not count.
  fileprivate var computesWithIntegers: Bool {
    nodes.contains { node in
      guard node.operation?.effect == .computes else { return false }
      let element = tensors[node.outputs[0]].element
      return element == .int8 || element == .uint8 || element == .int16
    }
  }
}
