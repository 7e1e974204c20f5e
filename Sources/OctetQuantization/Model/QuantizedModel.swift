import Octet
import OctetNetwork

/// A network of integers: all that an .octet file holds.
package struct QuantizedModel: Hashable, Sendable {
  package typealias Head = Octet.Head

  /// The values that it gives; a file has at least one output.
  package var outputs: [QuantizedOutput]
  package var inputKind = InputKind.pictures
  package var pictureForm = PictureForm.digits
  /// A factor and an offset for each channel, in 1/65,536; empty where the input is the pixel less 128.
  package var pixelMap: [PixelFactor] = []
  /// The input, then the output of each layer.
  package var tensors: [QuantizedTensor]
  package var layers: [QuantizedLayer]
  /// What people call the layers: one for each, empty for a layer that is called by its kind and number; or none.
  package var layerNames: [String] = []
  package var memoryGoal = MemoryGoal.usual
  /// Whether the caller may hold the input, rather than feed its rows.
  package var holdsInput = false
  /// Layers that wait for their whole input, where these are not to be searched for; memory is shared then.
  package var waiting: Set<Int>?

  /// A classifier, whose last tensor holds the logits.
  package init(head: Head, classNames: [String], tensors: [QuantizedTensor], layers: [QuantizedLayer]) {
    let output = QuantizedOutput(tensor: layers.count, meaning: .classes, head: head, names: classNames)
    self.init(outputs: [output], tensors: tensors, layers: layers)
  }

  package init(outputs: [QuantizedOutput], tensors: [QuantizedTensor], layers: [QuantizedLayer]) {
    precondition(tensors.count == layers.count + 1 && !layers.isEmpty, "every layer writes one tensor")
    self.outputs = outputs
    self.tensors = tensors
    self.layers = layers
  }

  /// Gives every tensor the border that the convolutions reading it need, and no more.
  package mutating func fitBorders() {
    for index in tensors.indices { tensors[index].border = QuantizedTensor.Border() }
    let records = records
    for (index, layer) in layers.enumerated() where layer.kind.traits.contains(.border) {
      let shape = records.shape(index)
      let input = tensors[layer.inputs[0]]
      var border = input.border
      border.above = max(border.above, layer.reach.height)
      border.left = max(border.left, layer.reach.width)
      border.below = max(
        border.below, shape.endRow(under: tensors[index + 1].shape.height - 1) - input.shape.height)
      border.right = max(border.right, shape.endColumn - input.shape.width)
      tensors[layer.inputs[0]].border = border
    }
  }

  /// Tensors and layers as records of a file, before their places in the arena are planned.
  var records: RecordDraft {
    let draft = RecordDraft(layers.map(\.kind))
    for (index, tensor) in tensors.enumerated() { tensor.write(to: draft, tensor: index) }
    for (index, layer) in layers.enumerated() { layer.write(to: draft, layer: index) }
    return draft
  }

  /// Bytes of all weights as the file stores them.
  package var weightBytes: Int {
    // Shapes are views of it.
    let records = records
    return withExtendedLifetime(records) {
      layers.indices.reduce(0) { sum, index in
        layers[index].kind.hasWeights ? sum + Int(records.shape(index).weightBytes) : sum
      }
    }
  }

  /// What a step between two values of an output is worth in the runtime's powers of two.
  func probabilityStep(_ output: QuantizedOutput) -> UInt32 {
    guard output.head != .linear else { return 0 }
    // log2(e), to the last bit of a double.
    let step = (Double(tensors[output.tensor].scale) * 1.4426950408889634 * 0x1p24).rounded()
    // A step of 2^32 already makes every smaller logit's share 0; 0 would say that there is no head.
    return step < 0x1p32 ? max(UInt32(step), 1) : .max
  }
}

/// Values that a model gives: which tensor holds them, and what they mean.
package struct QuantizedOutput: Hashable, Sendable {
  package var tensor: Int
  package var meaning: OutputMeaning
  package var head: Head
  /// One for each class, label or number; or none.
  package var names: [String]

  package init(tensor: Int, meaning: OutputMeaning, head: Head, names: [String]) {
    self.tensor = tensor
    self.meaning = meaning
    self.head = head
    self.names = names
  }
}

/// `integer = (pixel * factor + offset) >> 16`, for one channel; half a step for rounding is in the offset.
package struct PixelFactor: Hashable, Sendable {
  package let factor: Int32
  package let offset: Int32

  package init(factor: Int32, offset: Int32) {
    self.factor = factor
    self.offset = offset
  }
}

extension QuantizedModel {
  /// Of the first output, which most models have alone.
  package var head: Head {
    get { outputs[0].head }
    set { outputs[0].head = newValue }
  }

  /// The names of the first output's classes.
  package var classNames: [String] {
    get { outputs[0].names }
    set { outputs[0].names = newValue }
  }
}
