import Octet
import OctetNetwork

/// A network of integers: all that an .octet file holds.
package struct QuantizedModel: Hashable, Sendable {
  package typealias Head = Octet.Head

  package var head: Head
  package var classNames: [String]
  package var pictureForm = PictureForm.digits
  /// The input, then the output of each layer.
  package var tensors: [QuantizedTensor]
  package var layers: [QuantizedLayer]

  package init(head: Head, classNames: [String], tensors: [QuantizedTensor], layers: [QuantizedLayer]) {
    precondition(tensors.count == layers.count + 1 && !layers.isEmpty, "every layer writes one tensor")
    self.head = head
    self.classNames = classNames
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

  /// What a step between two logits is worth in the runtime's powers of two.
  package var probabilityStep: UInt32 {
    guard head != .linear, let logits = tensors.last else { return 0 }
    // log2(e), to the last bit of a double.
    let step = (Double(logits.scale) * 1.4426950408889634 * 0x1p24).rounded()
    // A step of 2^32 already makes every smaller logit's share 0; 0 would say that there is no head.
    return step < 0x1p32 ? max(UInt32(step), 1) : .max
  }
}
