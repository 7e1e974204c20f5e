/// How far the numbers of one model lie from what they should be, over items that come one after the other.
package struct NumberErrors: Sendable {
  /// Numbers of an item.
  package let width: Int
  /// Of each item: the mean of the absolute errors of its numbers, and of their squares.
  package private(set) var absolute: [Double] = []
  package private(set) var square: [Double] = []
  /// Of each number of an item over all items: sums of absolute errors and of squares.
  private var absoluteSums: [Double]
  private var squareSums: [Double]
  /// Of what the numbers should be: the first of each, and sums of differences from it, so that large values with small
  /// differences keep their digits.
  private var firsts: [Double] = []
  private var targetSums: [Double]
  private var targetSquares: [Double]

  package init(width: Int) {
    self.width = width
    absoluteSums = [Double](repeating: 0, count: width)
    squareSums = absoluteSums
    targetSums = absoluteSums
    targetSquares = absoluteSums
  }

  /// Takes in items with what they should be, whose numbers follow one another.
  package mutating func add(_ values: [Float], targets: [Float]) {
    precondition(values.count == targets.count && values.count.isMultiple(of: width), "whole items")
    if firsts.isEmpty { firsts = targets.prefix(width).map { Double($0) } }
    for start in stride(from: 0, to: values.count, by: width) {
      var (absolute, square) = (0.0, 0.0)
      for place in 0..<width {
        let target = Double(targets[start + place])
        let error = Double(values[start + place]) - target
        absolute += abs(error)
        square += error * error
        absoluteSums[place] += abs(error)
        squareSums[place] += error * error
        let offset = target - firsts[place]
        targetSums[place] += offset
        targetSquares[place] += offset * offset
      }
      self.absolute.append(absolute / Double(width))
      self.square.append(square / Double(width))
    }
  }

  package var items: Int { absolute.count }

  package var meanAbsolute: Double { absolute.mean }
  package var meanSquare: Double { square.mean }
  package var rootMeanSquare: Double { meanSquare.squareRoot() }

  /// The share of the targets' variance that is explained: 1 less the sum of squared errors over the sum of squared
  /// distances of the targets from the mean of their place. Nil where the targets of each place are all the same.
  package var explained: Double? {
    let spread = (0..<width).reduce(0.0) { sum, place in
      sum + max(targetSquares[place] - targetSums[place] * targetSums[place] / Double(max(items, 1)), 0)
    }
    guard spread > 0, spread.isFinite else { return nil }
    return 1 - squareSums.reduce(0, +) / spread
  }

  /// The mean absolute error of one number of the items.
  package func meanAbsolute(ofNumber place: Int) -> Double {
    items == 0 ? 0 : absoluteSums[place] / Double(items)
  }
}

/// How far the numbers of an integer model lie from those of its float model.
package struct NumberDifference: Sendable {
  /// Of each item: the mean square of the differences.
  package private(set) var square: [Double] = []
  /// Of each item: the largest difference.
  package private(set) var largest: [Double] = []
  private var absoluteSum = 0.0
  private var power = 0.0
  private var noise = 0.0
  private var count = 0

  package init() {}

  /// - Parameter width: numbers of an item.
  package mutating func add(float: [Float], integer: [Float], width: Int) {
    precondition(float.count == integer.count && float.count.isMultiple(of: width), "whole items")
    for start in stride(from: 0, to: float.count, by: width) {
      var (sum, most) = (0.0, 0.0)
      for place in start..<start + width {
        let value = Double(float[place])
        let difference = abs(Double(integer[place]) - value)
        most = max(most, difference)
        sum += difference * difference
        absoluteSum += difference
        power += value * value
      }
      noise += sum
      square.append(sum / Double(width))
      largest.append(most)
    }
    count += float.count
  }

  package var largestDifference: Double { largest.max() ?? 0 }
  package var meanDifference: Double { count == 0 ? 0 : absoluteSum / Double(count) }

  /// The power of the float numbers over that of the differences. Infinite without differences.
  package var decibels: Double {
    if noise == 0 { return .infinity }
    return power == 0 ? -.infinity : 10 * logarithm(power / noise) / logarithm(10)
  }
}

/// The mean of the differences of pairs, with what it says about others like them.
package struct PairedMean: Sendable, Equatable {
  package let mean: Double
  /// With 95 % confidence, from the normal distribution of a mean; nil for fewer than two pairs.
  package let interval: ClosedRange<Double>?

  /// - Parameters:
  ///   - float: a figure of each item for the float model.
  ///   - integer: the same for the integer model.
  package init(float: [Double], integer: [Double]) {
    precondition(float.count == integer.count, "a figure of each model for each item")
    let count = Double(float.count)
    let differences = zip(float, integer).map { $1 - $0 }
    let mean = differences.mean
    self.mean = mean
    guard float.count > 1 else {
      interval = nil
      return
    }
    let variance = differences.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let half = 1.959963984540054 * (variance / count).squareRoot()
    interval = half.isFinite ? mean - half...mean + half : nil
  }
}

extension [Double] {
  /// 0 for none.
  package var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
