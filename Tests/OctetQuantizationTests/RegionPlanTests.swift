import Octet
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// Plans for two regions of memory, and for inputs that the caller holds.
struct RegionPlanTests {
  /// Bytes that an image reads and writes: of each ring, then of each layer's accumulators. Counted from the shapes, by
  /// docs/MEMORY.md.
  private func accesses(_ model: QuantizedModel) -> (rings: [Int], sums: [Int]) {
    var rings = model.tensors.map { tensor in
      (tensor.shape.height + tensor.border.below) * tensor.shape.width * tensor.shape.channels
        * tensor.elementBytes
    }
    var sums = [Int](repeating: 0, count: model.layers.count)
    for (index, layer) in model.layers.enumerated() {
      let (input, output) = (model.tensors[layer.inputs[0]].shape, model.tensors[index + 1].shape)
      let traits = layer.kind.traits
      if traits.contains(.window) {
        let places = output.height * output.width * layer.pool.height * layer.pool.width
        rings[layer.inputs[0]] += places * layer.window.height * layer.window.width * input.channels
      } else if traits.contains(.wholeInput) || traits.contains(.concatenation) {
        for read in layer.inputs { rings[read] += model.tensors[read].shape.count }
      } else {
        let each = traits.contains(.resampling) ? 4 : 1
        for read in layer.inputs { rings[read] += each * output.count }
      }
      if traits.contains(.wholeInput), input.height > 1 || !layer.kind.hasWeights {
        // Each row is added to the sums, which are read and written; then they are read once.
        sums[index] = 4 * output.channels * (2 * input.height + 1)
      }
    }
    return (rings, sums)
  }

  @Test func `parts lie in one region each, the most used ones in the fast one`() {
    var (split, whole, apart) = (0, 0, 0)
    for seed in 0..<400 as Range<UInt64> {
      var model = RandomModel(seed: seed).model
      (model.memoryGoal, model.waiting) = (.bytes(1 << 28), nil)
      let arena = model.memoryPlan.arenaBytes
      let fast = max(arena * Int(seed % 5 + 1) / 24 * 4, 4)
      model.memoryGoal = .regions(fast: fast, slow: 1 << 28)
      let plan = model.memoryPlan
      guard let share = plan.fastShare else { continue }
      let rings = plan.rings.enumerated().filter { !model.holdsInput || $0.offset > 0 }
      var parts = rings.map { (at: $0.element.start..<$0.element.start + $0.element.bytes, uses: 0) }
      let counted = accesses(model)
      for (index, ring) in rings.enumerated() { parts[index].uses = counted.rings[ring.offset] }
      for (index, place) in plan.accumulators.enumerated() {
        if let place { parts.append((place, counted.sums[index])) }
      }
      let all = parts.reduce(0) { $0 + $1.uses }
      guard plan.secondStart > 0 else {
        whole += 1
        #expect(plan.arenaBytes <= fast && share == 1, "seed \(seed)")
        continue
      }
      split += 1
      #expect(plan.secondStart <= (fast + 3) / 4 * 4 && plan.secondStart % 4 == 0, "seed \(seed)")
      let inFast = parts.filter { $0.at.lowerBound < plan.secondStart }
      let inSlow = parts.filter { $0.at.lowerBound >= plan.secondStart }
      #expect(inFast.allSatisfy { $0.at.upperBound <= min(plan.secondStart, fast) }, "seed \(seed)")
      #expect(abs(share - Double(inFast.reduce(0) { $0 + $1.uses }) / Double(all)) < 1e-9, "seed \(seed)")
      // Where parts have bytes in common, none leaves room for another of its size.
      let areApart =
        plan.waiting.isEmpty
        && zip(parts.indices, parts).allSatisfy { index, part in
          parts[..<index].allSatisfy { !$0.at.overlaps(part.at) }
        }
      if areApart { apart += 1 }
      // Nothing would fit behind what is in the fast region, and nothing more used in a less used part's place.
      let end = ((inFast.map(\.at.upperBound).max() ?? 0) + 3) / 4 * 4
      for slow in areApart ? inSlow : [] {
        #expect(end + slow.at.count > fast, "seed \(seed): room for one more")
        for other in inFast where other.uses < slow.uses {
          #expect(end - (other.at.count + 3) / 4 * 4 + slow.at.count > fast, "seed \(seed): a better choice")
        }
      }
    }
    #expect(split > 100 && whole > 20 && apart > 20, "\(split) \(whole) \(apart)")
  }

  @Test func `regions that are too small are refused, with what does not fit`() {
    var model = RandomModel(seed: 3, layerCount: 5).model
    (model.holdsInput, model.waiting, model.memoryGoal) = (false, nil, .smallest)
    let arena = model.memoryPlan.arenaBytes
    model.memoryGoal = .regions(fast: arena, slow: 4)
    #expect(model.fault == nil && model.memoryPlan.secondStart == 0)
    model.memoryGoal = .regions(fast: 8, slow: 8)
    #expect(model.fault?.contains("do not fit two regions of 8 and 8 bytes") == true)
    #expect(model.fault?.contains("\(model.memoryPlan.largestPart) bytes") == true)
  }

  @Test func `a held input takes no arena, and the rest is as before`() {
    for seed in 0..<200 as Range<UInt64> {
      var model = RandomModel(seed: seed).model
      (model.holdsInput, model.waiting, model.memoryGoal) = (false, nil, .bytes(1 << 28))
      let fed = model.memoryPlan
      model.holdsInput = true
      let held = model.memoryPlan
      #expect(held.arenaBytes < fed.arenaBytes && held.rings[0].start >= held.arenaBytes)
      let input = model.tensors[0]
      #expect(held.rings[0].rows == input.border.above + input.shape.height + input.border.below)
      #expect(held.rings.dropFirst().map(\.rows) == fed.rings.dropFirst().map(\.rows), "seed \(seed)")
      let saved = fed.arenaBytes - held.arenaBytes
      #expect((0...3).contains(saved - fed.rings[0].bytes) || saved == fed.rings[0].bytes, "seed \(seed)")
    }
  }
}
