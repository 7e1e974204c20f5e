import Octet
import OctetHost
import OctetNetwork
import OctetQuantization

/// A valid model with every kind of layer, drawn from a seed: odd shapes, strides, borders, pools, tables, zero points
/// and extremes. The same seed gives the same model.
package struct RandomModel {
  package let model: QuantizedModel

  package var bytes: [UInt8] { OctetFile(model).bytes }

  /// - Parameter layerCount: layers before the last one, which gives the logits; a few when nil.
  package init(seed: UInt64, layerCount: Int? = nil) {
    var builder = RandomModelBuilder(seed: seed)
    var model = builder.build(layerCount: layerCount)
    Self.drawMemory(&model, seed)
    self.model = model
  }

  /// Rings side by side, sharing memory as the planner finds best, or with layers that wait by chance.
  private static func drawMemory(_ model: inout QuantizedModel, _ seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .testing, 0x3E3)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: model.memoryGoal = .bytes(1 << 28)
    case 1: model.memoryGoal = .smallest
    default:
      let candidates = model.layers.indices.filter { !model.layers[$0].kind.traits.contains(.wholeInput) }
      model.waiting = Set(candidates.filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
    }
    model.holdsInput = Int.random(in: 0..<4, using: &random) == 0
    guard model.waiting == nil, Int.random(in: 0..<2, using: &random) == 0 else { return }
    // A fast region for a part of it.
    let arena = model.memoryPlan.arenaBytes
    let fast = Int.random(in: 4...max(arena, 4), using: &random)
    let goal = model.memoryGoal
    model.memoryGoal = .regions(fast: fast, slow: 1 << 28)
    if model.memoryPlan.fastShare == nil { model.memoryGoal = goal }
  }

  /// A model of layers whose sums are their biases, each at a tie of one of the two ways of rounding, or beside it.
  package init(tiesFrom seed: UInt64) {
    var builder = RandomModelBuilder(seed: seed)
    model = builder.buildTies()
  }

  /// A model of dense layers with as many outputs as fill whole blocks of every kernel.
  package init(denseFrom seed: UInt64) {
    var builder = RandomModelBuilder(seed: seed)
    model = builder.buildDense()
  }

  /// A picture of which a share of the groups of four pixels is 0.
  package func pixels(seed: UInt64, zeros percent: Int) -> [UInt8] {
    var random = RandomStream(seed: seed, purpose: .testing, 0x91D)
    let count = model.tensors[0].shape.count
    var pixels: [UInt8] = []
    while pixels.count < count {
      let isZero = Int.random(in: 0..<100, using: &random) < percent
      for _ in 0..<4 { pixels.append(isZero ? 0 : UInt8.random(in: 0...255, using: &random)) }
    }
    return Array(pixels.prefix(count))
  }

  /// A picture as a caller holds it, worked out by docs/FORMAT.md: the integers of docs/NUMERICS.md, with the border.
  package func held(_ pixels: [UInt8]) -> [Int8] {
    let input = model.tensors[0]
    let values = WholeLayerReference(bytes).run(pixels).tensors[0]
    let (width, channels) = (input.shape.width, input.shape.channels)
    var held: [Int8] = []
    for y in -input.border.above..<input.shape.height + input.border.below {
      for x in -input.border.left..<width + input.border.right {
        for channel in 0..<channels {
          let isReal = y >= 0 && y < input.shape.height && x >= 0 && x < width
          held.append(Int8(isReal ? values[(y * width + x) * channels + channel] : input.zeroPoint))
        }
      }
    }
    return held
  }

  /// A picture for the model: noise, or one value all over.
  package func pixels(seed: UInt64) -> [UInt8] {
    var random = RandomStream(seed: seed, purpose: .testing, 0x91C)
    let count = model.tensors[0].shape.count
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return [UInt8](repeating: 0, count: count)
    case 1: return [UInt8](repeating: 255, count: count)
    case 2: return (0..<count).map { _ in Bool.random(using: &random) ? 255 : 0 }
    default: return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
  }
}
