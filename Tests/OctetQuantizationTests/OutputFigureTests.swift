import OctetData
import OctetHost
import OctetQuantization
import Testing

/// The figures of numbers, labels and anomalies, against their definitions.
@Suite struct OutputFigureTests {
  private func random(_ count: Int, _ seed: UInt64) -> [Float] {
    var random = RandomStream(seed: seed, purpose: .testing)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  @Test func `errors of numbers, in parts and at once`() throws {
    let (values, targets) = (random(60, 1), random(60, 2).map { 1000 + $0 })
    var errors = NumberErrors(width: 3)
    errors.add(Array(values[..<12]), targets: Array(targets[..<12]))
    errors.add(Array(values[12...]), targets: Array(targets[12...]))
    let differences = zip(values, targets).map { Double($0) - Double($1) }
    #expect(errors.items == 20)
    #expect(abs(errors.meanAbsolute - differences.map(abs).reduce(0, +) / 60) < 1e-9)
    let square = differences.reduce(0) { $0 + $1 * $1 }
    #expect(abs(errors.meanSquare - square / 60) < 1e-6)
    #expect(abs(errors.rootMeanSquare - (square / 60).squareRoot()) < 1e-9)
    #expect(abs(errors.square[7] - (21..<24).reduce(0) { $0 + differences[$1] * differences[$1] } / 3) < 1e-6)
    let spread = (0..<3).reduce(0.0) { sum, place in
      let own = stride(from: place, to: 60, by: 3).map { Double(targets[$0]) }
      return sum + own.reduce(0) { $0 + ($1 - own.mean) * ($1 - own.mean) }
    }
    let explained = try #require(errors.explained)
    #expect(abs(explained / (1 - square / spread) - 1) < 1e-6)
    let second = stride(from: 1, to: 60, by: 3).map { abs(differences[$0]) }
    #expect(abs(errors.meanAbsolute(ofNumber: 1) - second.mean) < 1e-9)
    // Targets that are all the same have no variance to explain.
    var constant = NumberErrors(width: 1)
    constant.add([1, 2], targets: [5, 5])
    #expect(constant.explained == nil && constant.meanAbsolute == 3.5)
  }

  @Test func `differences of two models`() {
    var difference = NumberDifference()
    difference.add(float: [3, 4, 0, 0], integer: [3, 4.5, 0, -1], width: 2)
    #expect(difference.largestDifference == 1 && difference.meanDifference == 0.375)
    #expect(difference.square == [0.125, 0.5] && difference.largest == [0.5, 1])
    // 25 over 1.25 is 20.
    #expect(abs(difference.decibels - 13.0103) < 1e-4)
    var equal = NumberDifference()
    equal.add(float: [1, 2], integer: [1, 2], width: 1)
    #expect(equal.decibels == .infinity)
  }

  @Test func `the interval of a mean of pairs`() throws {
    let paired = PairedMean(float: [1, 2, 3, 4], integer: [1.5, 2, 2.5, 5])
    #expect(paired.mean == 0.25)
    // The deviations are 0.25, -0.25, -0.75, 0.75: a variance of 1.25 / 3.
    let half = 1.959963984540054 * (1.25 / 3 / 4).squareRoot()
    let interval = try #require(paired.interval)
    #expect(
      abs(interval.lowerBound - (0.25 - half)) < 1e-12 && abs(interval.upperBound - (0.25 + half)) < 1e-12)
    #expect(PairedMean(float: [1], integer: [2]).interval == nil)
  }

  @Test func `the area under the curve counts pairs`() throws {
    var scores = random(50, 3).map { Double(($0 * 8).rounded()) }
    let isAnomaly = (0..<50).map { $0 % 3 == 0 }
    for place in 0..<50 where isAnomaly[place] { scores[place] += 3 }
    func counted(_ scores: [Double]) -> Double {
      var (higher, pairs) = (0.0, 0.0)
      for one in 0..<50 where isAnomaly[one] {
        for other in 0..<50 where !isAnomaly[other] {
          pairs += 1
          higher += scores[one] > scores[other] ? 1 : scores[one] == scores[other] ? 0.5 : 0
        }
      }
      return higher / pairs
    }
    let found = try #require(AnomalyScores(scores, isAnomaly: isAnomaly))
    #expect(abs(found.area - counted(scores)) < 1e-12)
    let others = zip(scores, random(50, 4)).map { $0 + Double($1) }
    let other = try #require(AnomalyScores(others, isAnomaly: isAnomaly))
    let interval = try #require(other.interval(against: found))
    let change = counted(others) - counted(scores)
    #expect(interval.contains(change) && interval.upperBound - interval.lowerBound < 0.2)
    #expect(abs((interval.lowerBound + interval.upperBound) / 2 - change) < 1e-12)
    #expect(try #require(found.interval(against: found)) == 0...0)
    #expect(AnomalyScores(scores, isAnomaly: isAnomaly.map { _ in false }) == nil)
  }

  /// DeLong's variance of one area is that of Hanley and McNeil's placements, worked out here by the definition.
  @Test func `the interval of two areas is DeLong's`() throws {
    let isAnomaly = [true, true, true, false, false, false, false]
    let (one, other) = ([5.0, 2, 4, 1, 3, 2, 0], [3.0, 4, 5, 1, 2, 4, 0])
    func placements(_ scores: [Double]) -> (anomalies: [Double], normal: [Double]) {
      func above(_ a: Double, _ b: Double) -> Double { a > b ? 1 : a == b ? 0.5 : 0 }
      let (anomalies, normal) = (scores[..<3], scores[3...])
      return (
        anomalies.map { a in normal.map { above(a, $0) }.mean },
        normal.map { n in anomalies.map { above($0, n) }.mean }
      )
    }
    let (first, second) = (placements(one), placements(other))
    func variance(_ a: [Double], _ b: [Double]) -> Double {
      let differences = zip(a, b).map { $0 - $1 }
      return differences.reduce(0) { $0 + ($1 - differences.mean) * ($1 - differences.mean) }
        / Double(a.count - 1) / Double(a.count)
    }
    let half =
      1.959963984540054
      * (variance(second.anomalies, first.anomalies) + variance(second.normal, first.normal)).squareRoot()
    let float = try #require(AnomalyScores(one, isAnomaly: isAnomaly))
    let integer = try #require(AnomalyScores(other, isAnomaly: isAnomaly))
    let interval = try #require(integer.interval(against: float))
    #expect(abs(interval.upperBound - interval.lowerBound - 2 * half) < 1e-12)
  }

  @Test func `labels one by one`() {
    var answers = LabelAnswers(count: 2)
    var batch = OutputBatch()
    batch.flags = [true, false, true, true, false, true]
    batch.values = [0.9, 0.1, 0.8, 0.6, 0.2, 0.7]
    answers.add(batch)
    let truth: [UInt8] = [1, 0, 0, 1, 0, 0]
    #expect(answers.items == 3 && answers.allRight(truth) == [true, false, false])
    let scores = answers.scores(truth)
    #expect(scores[0].precision == 0.5 && scores[0].recall == 1 && scores[0].accuracy == 2.0 / 3)
    #expect(scores[1].precision == 0.5 && scores[1].f1 == 2.0 / 3 && scores[1].support == 1)
    let never = LabelAnswers(count: 1).scores([])[0]
    #expect(never.precision == nil && never.recall == nil && never.f1 == nil && never.accuracy == nil)
  }

  @Test func `pairs that are right or wrong`() {
    let counts = PairedCounts(zip([true, true, false, false], [true, false, true, false]))
    #expect(counts.items == 4 && counts.floatRight == 2 && counts.right == 2)
    #expect(counts.lost == 1 && counts.gained == 1 && counts.lossPoints == 0)
  }
}
