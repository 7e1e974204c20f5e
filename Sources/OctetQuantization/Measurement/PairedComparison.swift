/// Two classifiers on the same images: a float network, and what quantization made of it.
package struct PairedComparison: Sendable, Equatable {
  /// The images of one true class.
  package struct ClassFigures: Sendable, Equatable {
    package let name: String
    package var images = 0
    package var floatCorrect = 0
    package var correct = 0
    /// Images that the two put in different classes.
    package var changed = 0
  }

  package let classes: [ClassFigures]
  /// Of all images.
  package let counts: PairedCounts
  /// Images that the two put in different classes.
  package let changed: Int

  package init(labels: [UInt16], float: [Int], quantized: [Int], classNames: [String]) {
    precondition(labels.count == float.count && float.count == quantized.count, "one answer for each image")
    var classes = classNames.map { ClassFigures(name: $0) }
    var counts = PairedCounts()
    for index in labels.indices {
      let truth = Int(labels[index])
      let floatIsRight = float[index] == truth
      let isRight = quantized[index] == truth
      classes[truth].images += 1
      classes[truth].floatCorrect += floatIsRight ? 1 : 0
      classes[truth].correct += isRight ? 1 : 0
      classes[truth].changed += float[index] == quantized[index] ? 0 : 1
      counts.add(float: floatIsRight, quantized: isRight)
    }
    self.classes = classes
    self.counts = counts
    changed = classes.reduce(0) { $0 + $1.changed }
  }

  package var images: Int { counts.items }
  package var floatCorrect: Int { counts.floatRight }
  package var correct: Int { counts.right }
  package var lost: Int { counts.lost }
  package var gained: Int { counts.gained }
  package var accuracy: Double { counts.share }
  package var floatAccuracy: Double { counts.floatShare }
  package var lossPoints: Double { counts.lossPoints }
  package var interval: ClosedRange<Double> { counts.interval }
  package var pValue: Double { counts.pValue }
}

/// How often two models are right about the same items, and how often only one of them is.
package struct PairedCounts: Sendable, Equatable {
  package private(set) var items = 0
  package private(set) var floatRight = 0
  package private(set) var right = 0
  /// Right in float and wrong now.
  package private(set) var lost = 0
  /// Wrong in float and right now.
  package private(set) var gained = 0

  package init() {}

  /// - Parameter pairs: for each item whether the float model is right, and the quantized one.
  package init(_ pairs: some Sequence<(Bool, Bool)>) {
    for (float, quantized) in pairs { add(float: float, quantized: quantized) }
  }

  package mutating func add(float: Bool, quantized: Bool) {
    items += 1
    floatRight += float ? 1 : 0
    right += quantized ? 1 : 0
    lost += float && !quantized ? 1 : 0
    gained += !float && quantized ? 1 : 0
  }

  package var share: Double { items == 0 ? 0 : Double(right) / Double(items) }
  package var floatShare: Double { items == 0 ? 0 : Double(floatRight) / Double(items) }

  /// Percentage points that quantization cost; negative when it gained.
  package var lossPoints: Double { items == 0 ? 0 : 100 * Double(lost - gained) / Double(items) }

  /// Where the loss in points lies on images like these, with 95 % confidence.
  ///
  /// From the pairs that differ, as McNemar's test, in the form of Bonett and Price: one image is added to each kind of
  /// difference, so that few or no differences do not pretend to be certainty.
  package var interval: ClosedRange<Double> {
    let total = Double(items + 2)
    let down = Double(lost + 1) / total
    let up = Double(gained + 1) / total
    let middle = down - up
    let half = 1.959963984540054 * ((down + up - middle * middle) / total).squareRoot()
    return 100 * max(middle - half, -1)...100 * min(middle + half, 1)
  }

  /// The chance of at least so uneven a split of the pairs that differ if both were equally good: McNemar's exact test.
  package var pValue: Double {
    let pairs = lost + gained
    guard pairs > 0 else { return 1 }
    // The lower tail of a binomial distribution with even odds, its terms from the logarithm of the first.
    let fewer = min(lost, gained)
    var term = -Double(pairs) * logarithm(2)
    var tail = exponential(term)
    for count in 0..<fewer {
      term += logarithm(Double(pairs - count) / Double(count + 1))
      tail += exponential(term)
    }
    return min(2 * tail, 1)
  }
}
