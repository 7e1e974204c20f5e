/// How well a score of items tells anomalies from what is normal: the chance that an anomaly has the higher of two
/// scores, the area under the ROC curve.
package struct AnomalyScores: Sendable {
  /// Of each anomaly, the share of normal items with a lower score; equal ones count half.
  private let ofAnomalies: [Double]
  /// Of each normal item, the share of anomalies with a higher score.
  private let ofNormal: [Double]

  /// - Parameters:
  ///   - scores: one for each item.
  ///   - isAnomaly: likewise, in the same order. Nil unless there are some of each.
  package init?(_ scores: [Double], isAnomaly: [Bool]) {
    precondition(scores.count == isAnomaly.count, "a score for each item")
    let anomalies = scores.indices.filter { isAnomaly[$0] }
    let normal = scores.indices.filter { !isAnomaly[$0] }
    guard !anomalies.isEmpty, !normal.isEmpty else { return nil }
    let sortedNormal = normal.map { scores[$0] }.sorted()
    let sortedAnomalies = anomalies.map { scores[$0] }.sorted()
    ofAnomalies = anomalies.map { Self.shareBelow(scores[$0], sortedNormal) }
    ofNormal = normal.map { 1 - Self.shareBelow(scores[$0], sortedAnomalies) }
  }

  package var area: Double { ofAnomalies.mean }

  /// The share of values below one, equal ones counting half.
  private static func shareBelow(_ value: Double, _ sorted: [Double]) -> Double {
    let below = sorted.partitioningIndex { $0 >= value }
    let notAbove = sorted.partitioningIndex { $0 > value }
    return (Double(below) + Double(notAbove)) / 2 / Double(sorted.count)
  }

  /// What is added to the area from one score to another of the same items, with the 95 % interval of DeLong, DeLong
  /// and Clarke-Pearson for areas of paired scores; nil for fewer than two items of a kind.
  package func interval(against float: AnomalyScores) -> ClosedRange<Double>? {
    func variance(_ one: [Double], _ other: [Double]) -> Double? {
      guard one.count > 1 else { return nil }
      let differences = zip(one, other).map { $0 - $1 }
      let mean = differences.mean
      return differences.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / Double(one.count - 1)
        / Double(one.count)
    }
    guard let first = variance(ofAnomalies, float.ofAnomalies),
      let second = variance(ofNormal, float.ofNormal)
    else { return nil }
    let half = 1.959963984540054 * (first + second).squareRoot()
    let middle = area - float.area
    return middle - half...middle + half
  }
}

extension [Double] {
  /// The first place from which on `holds` is true, in an array where it is true of all after that.
  fileprivate func partitioningIndex(_ holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
