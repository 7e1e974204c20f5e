import Octet
import OctetNetwork

/// Where every ring of rows and every accumulator lies in the one arena, and how large the arena must be.
///
/// A ring has as many rows as are ever needed at once, found by going through the order of rows. Nothing shares memory
/// with anything else, since in a stream all of it lives from the first row to the last.
package struct MemoryPlan: Hashable, Sendable {
  package struct Ring: Hashable, Sendable {
    package let start: Int
    package let rows: Int
    package let bytes: Int
  }

  /// One for each tensor.
  package let rings: [Ring]
  /// For each layer the bytes of its int32 accumulators, if it has any.
  package let accumulators: [Range<Int>?]
  package let arenaBytes: Int

  private static let alignment = Int(FileFormat.arenaAlignment)

  package init(tensors: [QuantizedTensor], layers: [QuantizedLayer]) {
    let rowCounts = Self.rowCounts(tensors: tensors, layers: layers)
    var end = 0
    func place(_ bytes: Int) -> Int {
      let start = (end + Self.alignment - 1) / Self.alignment * Self.alignment
      end = start + bytes
      return start
    }
    var rings: [Ring] = []
    var accumulators: [Range<Int>?] = []
    for (index, tensor) in tensors.enumerated() {
      if index > 0 {
        let layer = layers[index - 1]
        if layer.needsAccumulators(inputHeight: tensors[layer.inputs[0]].shape.height) {
          let start = place(4 * tensor.shape.channels)
          accumulators.append(start..<end)
        } else {
          accumulators.append(nil)
        }
      }
      let bytes = rowCounts[index] * tensor.rowBytes
      rings.append(Ring(start: place(bytes), rows: rowCounts[index], bytes: bytes))
    }
    self.rings = rings
    self.accumulators = accumulators
    arenaBytes = end
  }

  /// The rows that each ring must hold so that no row is overwritten while a reader needs it.
  private static func rowCounts(tensors: [QuantizedTensor], layers: [QuantizedLayer]) -> [Int] {
    var readers = [[Int]](repeating: [], count: tensors.count)
    for (index, layer) in layers.enumerated() {
      for input in layer.inputs { readers[input].append(index) }
    }
    var order = RowOrder(tensors: tensors, layers: layers)
    // The border above is there from the start.
    var counts = tensors.map { max($0.border.above, 1) }
    func hold(_ tensor: Int) {
      let newest = order.present[tensor] - 1
      for reader in readers[tensor] {
        guard let oldest = order.oldestNeed(of: tensor, by: reader) else { continue }
        counts[tensor] = max(counts[tensor], newest - oldest + 1)
      }
    }
    for tensor in tensors.indices { hold(tensor) }
    while let tensor = order.next() { hold(tensor) }
    return counts
  }
}

extension QuantizedModel {
  package var memoryPlan: MemoryPlan { MemoryPlan(tensors: tensors, layers: layers) }
}
