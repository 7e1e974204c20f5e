import Octet
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// The memory plan against a walk through the order of rows that was written a second time, from docs/FORMAT.md.
struct MemoryPlanTests {
  @Test func `plans keep every row that is needed, and no ring is a row too long`() {
    for seed in 0..<400 as Range<UInt64> {
      let model = RandomModel(seed: seed).model
      let plan = model.memoryPlan
      let rows = plan.rings.map(\.rows)
      #expect(firstLoss(model, rows: rows) == nil, "seed \(seed)")
      let outputs = Set(model.outputs.map(\.tensor))
      for index in outputs {
        let tensor = model.tensors[index]
        #expect(rows[index] == tensor.border.above + tensor.shape.height + tensor.border.below)
      }
      for index in rows.indices where rows[index] > 1 && !outputs.contains(index) {
        var fewer = rows
        fewer[index] -= 1
        #expect(firstLoss(model, rows: fewer) != nil, "seed \(seed): ring \(index) is too long")
      }
    }
  }

  @Test func `nothing overlaps, nothing is wasted`() {
    for seed in 0..<400 as Range<UInt64> {
      let model = RandomModel(seed: seed).model
      let plan = model.memoryPlan
      var places = plan.rings.map { $0.start..<$0.start + $0.bytes }
      places += plan.accumulators.compactMap { $0 }
      places.sort { $0.lowerBound < $1.lowerBound }
      #expect(places.first?.lowerBound == 0)
      #expect(places.last?.upperBound == plan.arenaBytes)
      for (place, next) in zip(places, places.dropFirst()) {
        #expect(next.lowerBound == (place.upperBound + 3) / 4 * 4)
      }
      for (index, layer) in model.layers.enumerated() {
        let sums =
          layer.kind.traits.contains(.wholeInput)
          && (!layer.kind.hasWeights || model.tensors[layer.inputs[0]].shape.height > 1)
        #expect(
          (plan.accumulators[index]?.count ?? 0)
            == (sums ? 4 * model.tensors[index + 1].shape.channels : 0))
      }
    }
  }

  /// Goes through the order and keeps for each ring slot the row that lies in it. Gives the first tensor of which a
  /// row is gone when it is read, or that has too few slots for the border it starts with.
  private func firstLoss(_ model: QuantizedModel, rows: [Int]) -> Int? {
    let tensors = model.tensors
    var slots = rows.map { [Int?](repeating: nil, count: $0) }
    var appeared = tensors.map(\.border.above)
    for (index, count) in appeared.enumerated() {
      if rows[index] < count { return index }
      for row in 0..<count { slots[index][row % rows[index]] = row }
    }
    func needs(_ tensor: Int) -> [(tensor: Int, row: Int)]? {
      let output = tensors[tensor]
      let row = appeared[tensor] - output.border.above
      guard row >= 0, row < output.shape.height, tensor > 0 else {
        return row < output.shape.height + output.border.below ? [] : nil
      }
      let layer = model.layers[tensor - 1]
      return layer.inputs.flatMap { input -> [(tensor: Int, row: Int)] in
        let shape = tensors[input].shape
        let all: [Int]
        let traits = layer.kind.traits
        if traits.contains(.wholeInput) {
          all = Array(0..<shape.height)
        } else if traits.contains(.border) {
          let first = row * layer.stride.height * layer.pool.height - layer.reach.height
          all = Array(first...first + (layer.pool.height - 1) * layer.stride.height + layer.window.height - 1)
        } else if traits.contains(.window) {
          let first = row * layer.stride.height - layer.reach.height
          all = (first..<first + layer.window.height).filter { 0..<shape.height ~= $0 }
        } else {
          all = [row]
        }
        return all.map { (input, $0 + tensors[input].border.above) }
      }
    }
    while true {
      let ready = tensors.indices.reversed().first { tensor in
        needs(tensor)?.allSatisfy { $0.row < appeared[$0.tensor] } ?? false
      }
      guard let ready else { break }
      let sums =
        ready > 0
        && model.layers[ready - 1].kind.traits.contains(.wholeInput)
      for need in needs(ready) ?? [] where !sums {
        if slots[need.tensor][need.row % rows[need.tensor]] != need.row { return need.tensor }
      }
      slots[ready][appeared[ready] % rows[ready]] = appeared[ready]
      appeared[ready] += 1
    }
    return zip(appeared, tensors).allSatisfy { rows, tensor in
      rows == tensor.border.above + tensor.shape.height + tensor.border.below
    } ? nil : -1
  }
}
