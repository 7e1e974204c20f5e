/// The real values that a tensor's integers are to span; 0 is always among them.
package struct ValueRange: Hashable, Sendable {
  package var low: Double
  package var high: Double

  package init(_ low: Double, _ high: Double) {
    self.low = min(low, 0)
    self.high = max(high, 0)
  }

  /// Scale and zero point of an int8 tensor that spans the range.
  package var parameters: (scale: Float, zeroPoint: Int) {
    // A tensor that is 0 all over gets any scale; so does one whose values are too small for a float's scale.
    guard high - low > 1e-30 else { return (1, low < 0 ? 127 : -128) }
    let scale = Float((high - low) / 255)
    let zeroPoint = (-128 - low / Double(scale)).rounded()
    return (scale, Int(min(max(zeroPoint, -128), 127)))
  }
}

/// How the range of a tensor is chosen from the values that calibration saw.
public enum CalibrationMethod: String, CaseIterable, Sendable {
  /// From the smallest to the largest value.
  case minMax = "min-max"
  /// Without the outermost values: one in ten thousand on each side.
  case percentile
  /// Where the distribution of the integers loses the least information.
  case entropy
  /// Where the mean square of the error is smallest.
  case meanSquareError = "mean-square-error"

  package func range(of histogram: ValueHistogram) -> ValueRange {
    guard histogram.total > 0 else { return ValueRange(0, 0) }
    let whole = ValueRange(Double(histogram.smallest), Double(histogram.largest))
    switch self {
    case .minMax: return whole
    case .percentile: return Self.withoutTails(histogram, whole)
    case .entropy:
      let counts = Self.withoutSpikes(histogram.counts)
      return Self.search(whole) { Self.divergence(histogram, counts, $0) }
    case .meanSquareError: return Self.search(whole) { Self.meanSquareError(histogram, $0) }
    }
  }

  /// Values left out on each side, as a share of all.
  private static let tail = 1e-4

  private static func withoutTails(_ histogram: ValueHistogram, _ whole: ValueRange) -> ValueRange {
    let limit = Int(Double(histogram.total) * tail)
    var below = 0
    var first = 0
    while first < histogram.counts.count - 1, below + histogram.counts[first] <= limit {
      below += histogram.counts[first]
      first += 1
    }
    var above = 0
    var last = histogram.counts.count - 1
    while last > 0, above + histogram.counts[last] <= limit {
      above += histogram.counts[last]
      last -= 1
    }
    let half = histogram.width / 2
    return ValueRange(
      max(histogram.middle(first) - half, whole.low), min(histogram.middle(last) + half, whole.high))
  }

  /// The cheapest range among shares of the whole one; each end is looked for in turn, twice.
  private static func search(_ whole: ValueRange, cost: (ValueRange) -> Double) -> ValueRange {
    let steps = 100
    var best = whole
    var bestCost = cost(whole)
    for _ in 0..<2 {
      for end in [\ValueRange.high, \ValueRange.low] where whole[keyPath: end] != 0 {
        for step in 10..<steps {
          var range = best
          range[keyPath: end] = whole[keyPath: end] * Double(step) / Double(steps)
          let found = cost(range)
          if found < bestCost { (best, bestCost) = (range, found) }
        }
        var range = best
        range[keyPath: end] = whole[keyPath: end]
        let found = cost(range)
        if found < bestCost { (best, bestCost) = (range, found) }
      }
    }
    return best
  }

  private static func meanSquareError(_ histogram: ValueHistogram, _ range: ValueRange) -> Double {
    let (scale, zeroPoint) = range.parameters
    let step = Double(scale)
    var sum = 0.0
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let value = histogram.middle(bin)
      let integer = min(max((value / step).rounded(), Double(-128 - zeroPoint)), Double(127 - zeroPoint))
      let error = value - integer * step
      sum += Double(count) * error * error
    }
    return sum / Double(histogram.total)
  }

  /// Counts of which no more than one in a hundred stand out.
  ///
  /// A ReLU gives very many zeros, and a convolution of empty paper gives one and the same value everywhere. Such
  /// spikes would outweigh all the values that share an integer with them.
  private static func withoutSpikes(_ counts: [Int]) -> [Int] {
    let filled = counts.filter { $0 > 0 }.sorted()
    guard filled.count >= 100 else { return counts }
    let limit = filled[filled.count * 99 / 100 - 1]
    return counts.map { min($0, limit) }
  }

  /// The Kullback-Leibler divergence of what the integers tell from what was seen: each integer's count is spread
  /// evenly over the bins that were not empty among those that it stands for, those beyond the ends being counted at
  /// the ends.
  private static func divergence(_ histogram: ValueHistogram, _ counts: [Int], _ range: ValueRange) -> Double
  {
    let (scale, zeroPoint) = range.parameters
    let step = Double(scale)
    // Of each integer: its count within the range, its bins that are not empty.
    var inside = [Double](repeating: 0, count: 256)
    var occupied = [Double](repeating: 0, count: 256)
    var places = [Int](repeating: -1, count: histogram.counts.count)
    var clipped = [Double](repeating: 0, count: 256)
    for (bin, count) in counts.enumerated() where count > 0 {
      let integer = Int((histogram.middle(bin) / step).rounded()) + zeroPoint
      if integer < -128 || integer > 127 {
        clipped[integer < 0 ? 0 : 255] += Double(count)
      } else {
        inside[integer + 128] += Double(count)
        occupied[integer + 128] += 1
        places[bin] = integer + 128
      }
    }
    // The clipped counts belong to the outermost bins of what was seen, but not of what the integers tell.
    let first = places.firstIndex { $0 >= 0 }
    let last = places.lastIndex { $0 >= 0 }
    guard let first, let last else { return .infinity }
    let total = Double(counts.reduce(0, +))
    let told = inside.reduce(0, +)
    var sum = 0.0
    for (bin, place) in places.enumerated() where place >= 0 {
      var seen = Double(counts[bin])
      if bin == first { seen += clipped[0] }
      if bin == last { seen += clipped[255] }
      let spread = inside[place] / occupied[place]
      sum += seen / total * logarithm(seen / total / (spread / told))
    }
    return sum
  }
}
