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
  package let images: Int
  package let floatCorrect: Int
  package let correct: Int
  /// Images that the two put in different classes.
  package let changed: Int
  /// Right in float and wrong now.
  package let lost: Int
  /// Wrong in float and right now.
  package let gained: Int

  package init(labels: [UInt16], float: [Int], quantized: [Int], classNames: [String]) {
    precondition(labels.count == float.count && float.count == quantized.count, "one answer for each image")
    var classes = classNames.map { ClassFigures(name: $0) }
    var lost = 0
    var gained = 0
    for index in labels.indices {
      let truth = Int(labels[index])
      let floatIsRight = float[index] == truth
      let isRight = quantized[index] == truth
      classes[truth].images += 1
      classes[truth].floatCorrect += floatIsRight ? 1 : 0
      classes[truth].correct += isRight ? 1 : 0
      classes[truth].changed += float[index] == quantized[index] ? 0 : 1
      lost += floatIsRight && !isRight ? 1 : 0
      gained += !floatIsRight && isRight ? 1 : 0
    }
    self.classes = classes
    images = labels.count
    floatCorrect = classes.reduce(0) { $0 + $1.floatCorrect }
    correct = classes.reduce(0) { $0 + $1.correct }
    changed = classes.reduce(0) { $0 + $1.changed }
    self.lost = lost
    self.gained = gained
  }

  package var accuracy: Double { images == 0 ? 0 : Double(correct) / Double(images) }
  package var floatAccuracy: Double { images == 0 ? 0 : Double(floatCorrect) / Double(images) }

  /// Percentage points that quantization cost; negative when it gained.
  package var lossPoints: Double { images == 0 ? 0 : 100 * Double(lost - gained) / Double(images) }

  /// Where the loss in points lies on images like these, with 95 % confidence.
  ///
  /// From the pairs that differ, as McNemar's test, in the form of Bonett and Price: one image is added to each kind of
  /// difference, so that few or no differences do not pretend to be certainty.
  package var interval: ClosedRange<Double> {
    let total = Double(images + 2)
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
