import Octet
import OctetNetwork

extension QuantizedModel {
  /// Why the model does not fit an .octet file; nil when it does. The loader checks the same and more, but there must
  /// be a file first.
  package var fault: String? {
    guard layers.count <= Int(Limit.layers) else {
      return "it has \(layers.count) layers; \(Limit.layers) is the most"
    }
    guard layers.allSatisfy(\.fitsRecord) else {
      return "a window or padding is larger than 4,096 rows or columns, or a stride or pool than 255"
    }
    for tensor in tensors {
      let shape = tensor.shape
      guard max(shape.height, shape.width) <= Int(Limit.extent), shape.channels <= Int(UInt16.max) else {
        return "a layer gives \(shape); 4,096x4,096x65,535 is the most"
      }
      let border = tensor.border
      guard max(border.above, border.below, border.left, border.right) <= 255 else {
        return "a layer reads a border of more than 255 rows or columns"
      }
    }
    if let memoryFault { return memoryFault }
    let weights = layers.reduce(0) { $0 + $1.weights.count }
    guard weights <= Int(Limit.fileBytes) / 2 else {
      return "it has \(weights) weights; \(Limit.fileBytes / 2) is the most"
    }
    return nil
  }

  /// Why its memory is too large.
  private var memoryFault: String? {
    // No plan that is searched for is larger than the one that takes no search, so that is mostly enough to know.
    if waiting == nil {
      let streaming = streamingPlan
      let fits = streaming.allBytes <= Int(Limit.arenaBytes)
      switch memoryGoal {
      case .usual, .smallest: if fits { return nil }
      case .bytes(let most): if fits && streaming.arenaBytes <= most { return nil }
      case .regions: break
      }
    }
    let plan = memoryPlan
    let arena = plan.arenaBytes
    if case .bytes(let most) = memoryGoal, arena > most {
      return "the least memory that was found for it is \(arena) bytes, and --arena allows \(most)"
    }
    if case .regions(let fast, let slow) = memoryGoal, plan.fastShare == nil {
      if plan.smallestPart > fast / 4 * 4 {
        return
          "no ring and no accumulators of it fit a fast region of \(fast) bytes, the smallest take "
          + "\(plan.smallestPart): make it larger, or give --arena for one memory"
      }
      return
        "its \(arena) bytes of memory do not fit two regions of \(fast) and \(slow) bytes; each ring and all "
        + "accumulators of a layer lie in one region, and the largest takes \(plan.largestPart) bytes"
    }
    guard plan.allBytes <= Int(Limit.arenaBytes) else {
      return "it needs \(plan.allBytes) bytes of memory to run; \(Limit.arenaBytes) is the most"
    }
    return nil
  }
}
