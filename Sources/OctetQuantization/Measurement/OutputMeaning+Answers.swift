import Octet

extension OutputMeaning {
  /// Whether two models' values of an item, before what makes probabilities of them, are the same answer.
  func isAnsweredAlike(_ one: ArraySlice<Float>, _ other: ArraySlice<Float>) -> Bool {
    switch self {
    case .numbers: true
    case .labels: zip(one, other).allSatisfy { ($0 > 0) == ($1 > 0) }
    case .classes: Self.classIndex(one) == Self.classIndex(other)
    }
  }

  /// The class that values stand for; one value tells two apart.
  static func classIndex(_ values: ArraySlice<Float>) -> Int {
    if values.count == 1 { return values[values.startIndex] > 0 ? 1 : 0 }
    var best = values.startIndex
    for place in values.indices where values[place] > values[best] { best = place }
    return best - values.startIndex
  }
}
