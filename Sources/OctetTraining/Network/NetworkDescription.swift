/// A network without weights: its input and its layers, in the order in which they are computed.
package struct NetworkDescription: Equatable, Sendable {
  package var input: ImageShape
  package var layers: [LayerDescription]

  package init(input: ImageShape, layers: [LayerDescription]) {
    self.input = input
    self.layers = layers
  }
}

/// One line of a network.
package struct LayerDescription: Equatable, Sendable {
  package let name: String
  package let kind: LayerKind
  package let activation: Activation

  /// What the layer reads. Value 0 is the network's input; value `i` is the output of layer `i - 1`.
  package let inputs: [Int]

  /// The line it was read from, for error messages. Two equal networks may be laid out differently.
  package let line: Int

  package init(name: String, kind: LayerKind, activation: Activation, inputs: [Int], line: Int) {
    self.name = name
    self.kind = kind
    self.activation = activation
    self.inputs = inputs
    self.line = line
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.kind == right.kind && left.activation == right.activation
      && left.inputs == right.inputs
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
      for other in layer.inputs.dropFirst() where shapes[other] != running {
        throw NetworkError(
          line: layer.line,
          "layer \(layer.name) adds \(running) and \(shapes[other]): both must have the same shape")
      }
      do throws(ShapeMismatch) {
        let shape = try layer.kind.specification.outputShape(for: running)
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

  /// The activation of the last layer, which decides which losses make sense.
  package var outputActivation: Activation { layers.last?.activation ?? .linear }
}
