import Octet
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// The memory plan against a walk through the order of rows that was written a second time, from docs/FORMAT.md.
struct MemoryPlanTests {
  @Test func `plans keep every row that is needed, and no ring is a row too long`() {
    for seed in 0..<200 as Range<UInt64> {
      let model = RandomModel(seed: seed).model
      let plan = model.memoryPlan
      let rows = plan.rings.map(\.rows)
      #expect(firstLoss(model, plan, rows: rows) == nil, "seed \(seed)")
      let outputs = Set(model.outputs.map(\.tensor))
      for index in outputs {
        let tensor = model.tensors[index]
        #expect(rows[index] == tensor.border.above + tensor.shape.height + tensor.border.below)
      }
      let whole = model.holdsInput ? outputs.union([0]) : outputs
      for index in rows.indices where rows[index] > 1 && !whole.contains(index) {
        var fewer = rows
        fewer[index] -= 1
        #expect(firstLoss(model, plan, rows: fewer) != nil, "seed \(seed): ring \(index) is too long")
      }
    }
  }

  @Test func `side by side nothing overlaps, nothing is wasted`() {
    for seed in 0..<200 as Range<UInt64> {
      var model = RandomModel(seed: seed).model
      (model.memoryGoal, model.waiting, model.holdsInput) = (.bytes(1 << 28), nil, false)
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

  @Test func `what shares bytes is in use at different times, in as few bytes as can be`() {
    var (shared, missed) = (0, 0)
    for seed in 0..<200 as Range<UInt64> {
      var model = RandomModel(seed: seed).model
      model.holdsInput = false
      if case .regions = model.memoryGoal { model.memoryGoal = .smallest }
      let plan = model.memoryPlan
      var uses = Uses()
      #expect(firstLoss(model, plan, rows: plan.rings.map(\.rows), &uses) == nil)
      for output in model.outputs { uses.note(output.tensor) }
      for index in model.tensors.indices where uses.early.contains(index) || !plan.rings[index].shares {
        uses.times[index] = 0...uses.now
      }
      var parts = plan.rings.enumerated().map {
        (part: $0, place: $1.start..<$1.start + $1.bytes)
      }
      for (layer, place) in plan.accumulators.enumerated() {
        if let place { parts.append((-layer - 1, place)) }
      }
      for (index, one) in parts.enumerated() {
        for other in parts[..<index] where one.place.overlaps(other.place) {
          let (own, before) = (uses.times[one.part], uses.times[other.part])
          #expect(own != nil && before != nil && !(own?.overlaps(before ?? 0...0) ?? true), "seed \(seed)")
        }
      }
      // The most bytes at once, each part up to a multiple of 4.
      let most =
        (0...uses.now).map { now in
          parts.reduce(0) { sum, part in
            sum + (uses.times[part.part]?.contains(now) == true ? (part.place.count + 3) / 4 * 4 : 0)
          }
        }.max() ?? 0
      guard plan.rings.contains(where: \.shares) else { continue }
      shared += 1
      #expect(plan.bound == min(most, plan.arenaBytes), "seed \(seed)")
      if plan.arenaBytes > most { missed += 1 }
    }
    #expect(shared > 75 && missed * 20 < shared, "\(missed) of \(shared)")
  }

  @Test func `no plan that is searched for is larger than the one that takes no search`() {
    var smaller = 0
    for seed in 2_000..<2_100 as Range<UInt64> {
      var model = RandomModel(seed: seed, layerCount: 7).model
      model.waiting = nil
      let streaming = model.streamingPlan
      #expect(streaming.waiting.isEmpty && !streaming.rings.contains(where: \.shares), "seed \(seed)")
      for goal in [MemoryGoal.usual, .smallest, .bytes(streaming.arenaBytes)] {
        model.memoryGoal = goal
        let plan = model.memoryPlan
        #expect(
          plan.arenaBytes <= streaming.arenaBytes && plan.allBytes <= streaming.allBytes, "seed \(seed)")
        if plan.arenaBytes < streaming.arenaBytes { smaller += 1 }
      }
    }
    #expect(smaller > 50)
  }

  @Test func `a plan for so many bytes fits them and has no layer wait that need not`() {
    var between = 0
    for seed in 2_000..<2_100 as Range<UInt64> {
      var model = RandomModel(seed: seed, layerCount: 7).model
      (model.waiting, model.memoryGoal) = (nil, .smallest)
      let smallest = model.memoryPlan
      for most in [smallest.arenaBytes, (smallest.arenaBytes + model.streamingPlan.arenaBytes) / 2] {
        model.memoryGoal = .bytes(most)
        let plan = model.memoryPlan
        #expect(plan.arenaBytes <= most && plan.waiting.isSubset(of: smallest.waiting), "seed \(seed)")
        if !plan.waiting.isEmpty, plan.waiting.count < smallest.waiting.count { between += 1 }
        for layer in plan.waiting {
          var less = model
          less.waiting = plan.waiting.subtracting([layer])
          #expect(less.memoryPlan.arenaBytes > most, "seed \(seed): layer \(layer)")
        }
      }
    }
    #expect(between > 3, "\(between)")
  }

  @Test(arguments: [
    ("fast=8K,slow=64k", 8_192, 65_536), ("slow=1M,fast=100", 100, 1_048_576), ("fast=8K,fast=8K", nil, nil),
    ("fast=8K", nil, nil), ("fast=0,slow=1K", nil, nil), ("fast=1K,slow=9223372036854775807K", nil, nil),
    ("fast=1K,slow=257M", nil, nil),
  ])
  func `regions are two sizes in either order`(text: String, fast: Int?, slow: Int?) {
    let expected = fast.flatMap { fast in slow.map { MemoryGoal.regions(fast: fast, slow: $0) } }
    #expect(MemoryGoal(regions: text) == expected)
  }

  @Test func `the search nearly always finds what trying every choice finds`() throws {
    var (searched, missed, helped) = (0, 0, 0)
    for seed in 1_000..<1_100 as Range<UInt64> {
      let model = RandomModel(seed: seed, layerCount: 12).model
      let candidates = model.layers.indices.filter { !model.layers[$0].kind.traits.contains(.wholeInput) }
      guard (8...11).contains(candidates.count) else { continue }
      searched += 1
      let least = try #require(model.leastMemory(triesAll: true))
      let found = try #require(model.leastMemory(triesAll: false))
      #expect(found >= least)
      if found > least { missed += 1 }
      var streamed = model
      (streamed.memoryGoal, streamed.waiting) = (.smallest, [])
      if streamed.memoryPlan.bound > least { helped += 1 }
    }
    #expect(searched > 20 && helped > 10 && missed * 20 <= searched, "\(missed) of \(searched), \(helped)")
  }

  /// Goes through the order and keeps for each ring slot the row that lies in it. Gives the first tensor of which a
  /// row is gone when it is read, or that has too few slots for the border it starts with.
  private func firstLoss(_ model: QuantizedModel, _ plan: MemoryPlan, rows: [Int]) -> Int? {
    var uses = Uses()
    return firstLoss(model, plan, rows: rows, &uses)
  }

  /// The rows of one input under a row of what a layer without a window makes.
  private static func movedRows(
    _ layer: QuantizedLayer, _ tensors: [QuantizedTensor], _ tensor: Int, _ row: Int, _ input: Int
  ) -> [Int] {
    let shape = tensors[input].shape
    let output = tensors[tensor].shape
    func number(_ offset: Int) -> Int {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(layer.places[offset + $1]) << (8 * UInt32($1)) }
      return Int(Int32(bitPattern: bits))
    }
    switch layer.kind {
    case .concatenation:
      let first = tensors[layer.inputs[0]].shape
      guard first.height != output.height else { return [row] }
      // A value behind itself is both.
      var rows: [Int] = []
      if input == layer.inputs[0], row < first.height { rows.append(row) }
      if input == layer.inputs[1], row >= first.height { rows.append(row - first.height) }
      return rows
    case .arrangement:
      if layer.places[5] == 1 { return Array(0..<shape.height) }
      let count = output.width * output.channels
      let places = (row * count..<(row + 1) * count).map { index in
        var (place, rest) = (number(0), index)
        for part in (0..<8).reversed() {
          place += rest % number(8 + 8 * part) * number(12 + 8 * part)
          rest /= number(8 + 8 * part)
        }
        return place / (shape.width * shape.channels)
      }
      guard let low = places.min(), let high = places.max() else { return [] }
      return Array(low...high)
    case .resampling:
      let place = number(4 * row)
      return place >> 16 > 0 ? [place & 65_535, place & 65_535 + 1] : [place & 65_535]
    default: return [min(row, shape.height - 1)]
    }
  }

  /// When each ring and all accumulators are in use, in rows that appear.
  private struct Uses {
    /// By the tensor; accumulators by the tensor that is made of them, less one, below zero.
    var times: [Int: ClosedRange<Int>] = [:]
    /// Rows that were made before a tensor that they are made of had any.
    var early: Set<Int> = []
    var now = 0

    mutating func note(_ part: Int) {
      times[part] = min(times[part]?.lowerBound ?? now, now)...now
    }
  }

  private func firstLoss(
    _ model: QuantizedModel, _ plan: MemoryPlan, rows: [Int], _ uses: inout Uses
  ) -> Int? {
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
          all = Self.movedRows(layer, tensors, tensor, row, input)
        }
        return all.map { (input, $0 + tensors[input].border.above) }
      }
    }
    /// Whether the layer that makes a row of the tensor still waits for its inputs.
    func waits(_ tensor: Int) -> Bool {
      guard plan.waiting.contains(tensor - 1),
        appeared[tensor] < tensors[tensor].border.above + tensors[tensor].shape.height
      else { return false }
      return model.layers[tensor - 1].inputs.contains { input in
        let border = tensors[input].border
        return appeared[input] < border.above + tensors[input].shape.height + border.below
      }
    }
    while true {
      let ready = tensors.indices.reversed().first { tensor in
        !waits(tensor) && (needs(tensor)?.allSatisfy { $0.row < appeared[$0.tensor] } ?? false)
      }
      guard let ready else { break }
      let sums =
        ready > 0
        && model.layers[ready - 1].kind.traits.contains(.wholeInput)
      uses.now += 1
      uses.note(ready)
      let isReal = appeared[ready] - tensors[ready].border.above < tensors[ready].shape.height
      if isReal, ready > 0 {
        for input in model.layers[ready - 1].inputs {
          if appeared[input] == tensors[input].border.above { uses.early.insert(input) }
          uses.note(input)
        }
        if plan.accumulators[ready - 1] != nil { uses.note(-ready) }
      }
      for (index, layer) in model.layers.enumerated()
      where isReal && layer.inputs.contains(ready) && plan.accumulators[index] != nil {
        uses.note(-index - 1)
      }
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
