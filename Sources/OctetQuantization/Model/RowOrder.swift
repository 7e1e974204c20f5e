import Octet
import OctetNetwork

/// The fixed order in which the rows of all tensors appear.
///
/// A row can appear when all the rows that it is computed from have; of several, the one of the highest-numbered tensor
/// does. Rows of the input come last in this sense: one is fed when nothing else can be done.
///
/// The runtime has this order of its own, over the records of a file that is finished; here the rings' sizes are only
/// being found. The loader walks through its own to check a plan, so the two have to agree, which random models test.
struct RowOrder {
  private let tensors: [QuantizedTensor]
  private let layers: [QuantizedLayer]
  /// For each tensor the rows that are there, those of the border above included.
  private(set) var present: [Int]

  init(tensors: [QuantizedTensor], layers: [QuantizedLayer]) {
    self.tensors = tensors
    self.layers = layers
    present = tensors.map(\.border.above)
  }

  /// The tensor whose next row appears, after which `present` counts that row; nil when all rows are there.
  mutating func next() -> Int? {
    for tensor in tensors.indices.reversed() where canAppear(tensor) {
      present[tensor] += 1
      return tensor
    }
    return nil
  }

  private func canAppear(_ tensor: Int) -> Bool {
    guard present[tensor] < tensors[tensor].rowCount else { return false }
    let row = present[tensor] - tensors[tensor].border.above
    // The border below waits for nothing but the rows before it.
    guard tensor > 0, row < tensors[tensor].shape.height else { return true }
    let layer = layers[tensor - 1]
    return layer.inputs.allSatisfy { rows(of: $0, under: row, layer).upperBound <= present[$0] }
  }

  /// The oldest row of `tensor`, counted with its border, that `reader` still needs; nil when it needs none.
  func oldestNeed(of tensor: Int, by reader: Int) -> Int? {
    let output = tensors[reader + 1]
    let row = present[reader + 1] - output.border.above
    // A layer with accumulators takes each row as it appears.
    guard row < output.shape.height,
      !layers[reader].needsAccumulators(inputHeight: tensors[tensor].shape.height)
    else { return nil }
    return rows(of: tensor, under: row, layers[reader]).lowerBound
  }

  /// The rows of `input`, counted with its border, that lie under a row of the layer's output.
  private func rows(of input: Int, under row: Int, _ layer: QuantizedLayer) -> Range<Int> {
    let shape = tensors[input].shape
    let rows = layer.rows(at: row, inputHeight: shape.height)
    let cut = layer.kind.readsBorder ? rows : rows.clamped(to: 0..<shape.height)
    let above = tensors[input].border.above
    return cut.lowerBound + above..<cut.upperBound + above
  }
}
