import Octet

/// Looks on with a clock: how long each layer takes for an image.
struct LayerTimes: RunObserver {
  private var nanoseconds = [UInt64](repeating: 0, count: Int(Limit.layers))
  private var calls = [UInt64](repeating: 0, count: Int(Limit.layers))
  private var start: UInt64 = 0

  mutating func willRun(layer: Int) { start = ProcessorClock.wall }

  mutating func didFold(layer: Int) { record(layer) }

  mutating func didRun(layer: Int, row: RawSpan) { record(layer) }

  private mutating func record(_ layer: Int) {
    let now = ProcessorClock.wall
    nanoseconds[layer] &+= now &- start
    calls[layer] &+= 1
    // A layer may have made several rows.
    start = now
  }

  /// Seconds, less what asking the clock took.
  func seconds(_ layer: Int, clockCost: Double) -> Double {
    max(0, Double(nanoseconds[layer]) - Double(calls[layer]) * clockCost) / 1e9
  }

  /// Nanoseconds that pass between two questions to the clock.
  static func clockCost() -> Double {
    (0..<20).map { _ in
      var sum: UInt64 = 0
      for _ in 0..<1000 {
        let start = ProcessorClock.wall
        sum &+= ProcessorClock.wall &- start
      }
      return Double(sum) / 1000
    }.min() ?? 0
  }
}
