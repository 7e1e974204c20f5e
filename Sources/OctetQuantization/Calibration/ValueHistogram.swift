/// How often values of each size were seen, in memory that does not grow with the number of values.
///
/// Bins are as wide as a power of two, and twice as wide, two old ones to each new one, whenever a value lies beyond
/// the last. Two old bins fit a new one exactly, so the counts depend on the values alone: not on their order, nor on
/// how they were split among threads.
package struct ValueHistogram: Equatable, Sendable {
  /// Bins on either side of 0.
  package static let side = 4096

  /// Bin `side + i` counts the values in `[i, i + 1)` times the width.
  package private(set) var counts = [Int](repeating: 0, count: 2 * side)
  /// The width of a bin is two to this power.
  package private(set) var exponent = Self.smallestExponent
  package private(set) var smallest = Float.infinity
  package private(set) var largest = -Float.infinity
  package private(set) var total = 0

  /// Values below `side * 2^-100` share the middle bins; no scale is as fine.
  private static let smallestExponent = -100

  package init() {}

  package var width: Double { Double(sign: .plus, exponent: exponent, significand: 1) }

  /// The middle of a bin.
  package func middle(_ bin: Int) -> Double { (Double(bin - Self.side) + 0.5) * width }

  package mutating func add(_ values: UnsafeBufferPointer<Float>) {
    guard !values.isEmpty else { return }
    var low = Float.infinity
    var high = -Float.infinity
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    smallest = min(smallest, low)
    largest = max(largest, high)
    makeRoom(for: max(abs(low), abs(high)))
    let perBin = Float(1 / width)
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values {
        // Exact: the factor is a power of two. `makeRoom` keeps it inside.
        counts[Self.side + Int((value * perBin).rounded(.down))] += 1
      }
    }
    total += values.count
  }

  package mutating func add(_ values: [Float]) { values.withUnsafeBufferPointer { add($0) } }

  package mutating func add(_ other: ValueHistogram) {
    var other = other
    widen(to: other.exponent)
    other.widen(to: exponent)
    for bin in counts.indices { counts[bin] += other.counts[bin] }
    smallest = min(smallest, other.smallest)
    largest = max(largest, other.largest)
    total += other.total
  }

  private mutating func makeRoom(for magnitude: Float) {
    precondition(magnitude.isFinite, "a float network that gives no finite numbers is refused before")
    guard magnitude > 0 else { return }
    // magnitude < 2^(exponent of it + 1) = side * 2^(that - 12).
    widen(to: Int(magnitude.exponent) + 1 - 12)
  }

  private mutating func widen(to target: Int) {
    guard target > exponent else { return }
    let shift = min(target - exponent, 30)
    if total > 0 {
      var wide = [Int](repeating: 0, count: counts.count)
      // The shift rounds towards minus infinity, as bins begin at their lower end.
      for bin in counts.indices { wide[Self.side + (bin - Self.side) >> shift] += counts[bin] }
      counts = wide
    }
    exponent = target
  }
}
