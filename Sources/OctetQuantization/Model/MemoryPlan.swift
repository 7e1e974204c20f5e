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

  /// - Parameter outputs: tensors that are still wanted when the last row has gone through.
  init(_ records: RecordDraft, outputs: [Int]) {
    var rowCounts = Self.rowCounts(records)
    for output in outputs { rowCounts[output] = Int(records.tensor(output).allRows) }
    var end = 0
    func place(_ bytes: Int) -> Int {
      let start = (end + Self.alignment - 1) / Self.alignment * Self.alignment
      end = start + bytes
      return start
    }
    var rings: [Ring] = []
    var accumulators: [Range<Int>?] = []
    for index in 0...records.layerCount {
      if index > 0 {
        let needed = Int(records.shape(index - 1).accumulatorsBytes)
        if needed > 0 {
          let start = place(needed)
          accumulators.append(start..<end)
        } else {
          accumulators.append(nil)
        }
      }
      let bytes = rowCounts[index] * records.tensor(index).rowBytes
      rings.append(Ring(start: place(bytes), rows: rowCounts[index], bytes: bytes))
    }
    self.rings = rings
    self.accumulators = accumulators
    arenaBytes = end
  }

  /// The rows that each ring must hold so that no row is overwritten while a reader needs it: found by the walk that
  /// the loader checks them by.
  private static func rowCounts(_ records: RecordDraft) -> [Int] {
    let count = records.layerCount
    var readers = [[Int]](repeating: [], count: count + 1)
    for index in 0..<count {
      let layer = records.layer(index)
      for input in Set([layer.input, layer.secondInput]) { readers[Int(input)].append(index) }
    }
    var order = RowOrder(records)
    // The border above is there from the start.
    var counts = (0...count).map { max(Int(records.tensor($0).borderAbove), 1) }
    order.forEachRow(records) { tensor, order in
      // With the row that is about to appear.
      let appeared = Int(order.rows(tensor)) + 1
      for reader in readers[tensor] {
        // A later number than any row where nothing more is read.
        let oldest = Int(order.firstRowRead(records, layer: reader, tensor: tensor))
        counts[tensor] = max(counts[tensor], appeared - oldest)
      }
    }
    return counts
  }
}

extension QuantizedModel {
  /// For a model of at most 1,024 layers.
  package var memoryPlan: MemoryPlan { MemoryPlan(records, outputs: outputs.map(\.tensor)) }
}
