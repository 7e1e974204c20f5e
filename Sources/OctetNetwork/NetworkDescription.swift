/// A network without weights: its input and its layers, in the order in which they are computed.
package struct NetworkDescription: Equatable, Sendable {
  package var input: ImageShape
  package var layers: [LayerDescription]
  /// Nil for a plain network, whose output is what its last layer gives.
  private var chosenOutputs: [Int]?

  /// - Parameter outputs: values, as layers read them; nil for that of the last layer.
  package init(input: ImageShape, layers: [LayerDescription], outputs: [Int]? = nil) {
    self.input = input
    self.layers = layers
    if let outputs { self.outputs = outputs }
  }

  /// The values that the network gives, in order: value `i` is the output of layer `i - 1`.
  package var outputs: [Int] {
    get { chosenOutputs ?? [layers.count] }
    set { chosenOutputs = newValue == [layers.count] ? nil : newValue }
  }
}

/// One line of a network.
package struct LayerDescription: Equatable, Sendable {
  package let name: String
  package let kind: FloatLayerKind
  package let activation: Activation

  /// What the layer reads. Value 0 is the network's input; value `i` is the output of layer `i - 1`.
  package let inputs: [Int]

  /// The line it was read from, for error messages. Two equal networks may be laid out differently.
  package let line: Int

  /// In how many bits its weights are to be stored; nil where the line says nothing.
  package var bits: WeightBits?

  package init(
    name: String, kind: FloatLayerKind, activation: Activation, inputs: [Int], line: Int,
    bits: WeightBits? = nil
  ) {
    self.name = name
    self.kind = kind
    self.activation = activation
    self.inputs = inputs
    self.line = line
    self.bits = bits
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.kind == right.kind && left.activation == right.activation
      && left.inputs == right.inputs && left.bits == right.bits
  }
}

extension NetworkDescription {
  /// Networks larger than this are refused: they are far outside what Octet is for, and a typing error is likelier.
  package static let largestValueCount = 1 << 24

  /// The shape of every value: the input's, then each layer's output. Names the layer that does not fit.
  package func shapes() throws(NetworkError) -> [ImageShape] {
    var shapes = [input]
    for layer in layers {
      let running = shapes[layer.inputs[0]]
      do throws(ShapeMismatch) {
        let inputs = layer.inputs.map { shapes[$0] }
        let shape = try layer.kind.specification.outputShape(joining: inputs)
        // Each extent is bounded by the parser to 2^14 or so, so this product cannot overflow 64 bits.
        guard shape.count <= Self.largestValueCount else {
          throw ShapeMismatch("its output \(shape) has more than \(Self.largestValueCount) values")
        }
        shapes.append(shape)
      } catch {
        throw NetworkError(
          line: layer.line, "layer \(layer.name) does not fit its input \(running): \(error.reason)")
      }
    }
    return shapes
  }

  /// The activation of the first output, which decides which losses make sense; linear where it is a function that the
  /// network applies by itself.
  package var outputActivation: Activation { activation(of: outputs[0]).ofOutput }

  /// The function at the end of the layer that makes a value.
  package func activation(of value: Int) -> Activation { value == 0 ? .linear : layers[value - 1].activation }

  /// The values that layers read.
  package var readValues: Set<Int> { Set(layers.flatMap(\.inputs)) }

  /// As many as an .octet file can have.
  package static let largestOutputCount = 16

  /// Throws unless each output is what a layer gives.
  package func checkOutputs() throws(NetworkError) {
    guard (1...Self.largestOutputCount).contains(outputs.count) else {
      throw NetworkError("it has \(outputs.count) outputs; 1 to \(Self.largestOutputCount) are supported")
    }
    guard outputs.allSatisfy({ (1...layers.count).contains($0) }) else {
      throw NetworkError("one of its outputs is not what a layer gives")
    }
  }
}

extension NetworkDescription {
  /// Networks with more parameters are refused: 2^26 floats are 256 MB, four times over in training.
  package static let largestParameterCount = 1 << 26

  /// Each layer's parameters, named "layer.parameter".
  package func parameters() throws(NetworkError) -> [[ParameterDescription]] {
    let shapes = try shapes()
    return layers.map { $0.kind.specification.parameters(for: shapes[$0.inputs[0]]) }
  }

  package func parameterCount() throws(NetworkError) -> Int {
    try parameters().joined().reduce(0) { $0 + $1.count }
  }

  package func checkParameterCount() throws(NetworkError) {
    let count = try parameterCount()
    guard count <= Self.largestParameterCount else {
      throw NetworkError("the network has \(count) parameters; \(Self.largestParameterCount) is the most")
    }
  }
}

/// What is wrong with a network description, and where.
package struct NetworkError: Error, Equatable, CustomStringConvertible {
  /// The line of the description, counted from 1; nil when the fault belongs to no single line.
  package let line: Int?
  package let message: String

  package init(line: Int? = nil, _ message: String) {
    self.line = line
    self.message = message
  }

  package var description: String {
    line.map { "line \($0): \(message)" } ?? message
  }
}
