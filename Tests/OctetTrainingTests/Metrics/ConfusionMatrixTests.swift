import OctetTraining
import Testing

@Suite struct ConfusionMatrixTests {
  private func matrix(_ counts: [[Int]]) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classNames: counts.indices.map(String.init))
    for (truth, row) in counts.enumerated() {
      for (predicted, count) in row.enumerated() {
        for _ in 0..<count { matrix.add(truth: truth, predicted: predicted) }
      }
    }
    return matrix
  }

  /// Worked out by hand.
  @Test func `scores of three classes`() {
    let matrix = matrix([[3, 1, 0], [2, 4, 0], [0, 5, 0]])
    #expect(matrix.total == 15 && matrix.correct == 7)
    #expect(matrix.accuracy == 7.0 / 15)
    let expected: [ConfusionMatrix.Scores] = [
      .init(precision: 0.6, recall: 0.75, f1: 6.0 / 9.0, support: 4),
      .init(precision: 0.4, recall: 4.0 / 6.0, f1: 0.5, support: 6),
      // Never predicted: its precision is a share of nothing.
      .init(precision: 0, recall: 0, f1: 0, support: 5),
    ]
    #expect((0..<3).map(matrix.scores(of:)) == expected)
    #expect(abs(matrix.macroAverage.precision - 1.0 / 3) < 1e-12)
    #expect(abs(matrix.weightedAverage.recall - 7.0 / 15) < 1e-12)
    #expect(matrix.headline == matrix.macroAverage)
    #expect(matrix.confusions.map(\.count) == [5, 2, 1])
    #expect(matrix.confusions[0].truth == 2 && matrix.confusions[0].predicted == 1)
  }

  @Test func `two classes quote the positive one`() {
    let matrix = matrix([[90, 10], [5, 95]])
    let expected = ConfusionMatrix.Scores(
      precision: 95.0 / 105.0, recall: 0.95, f1: 190.0 / 205.0, support: 100)
    #expect(matrix.headline == expected)
  }

  @Test func `nothing gives zeros`() {
    let matrix = ConfusionMatrix(classNames: ["0", "1"])
    #expect(matrix.accuracy == 0 && matrix.macroAverage.f1 == 0 && matrix.weightedAverage.f1 == 0)
  }

  /// What scikit-learn's precision_recall_fscore_support gives with its defaults (labels that occur, zero_division 0)
  /// for truths 0, 0, 1, 1, 1, 3 and answers 0, 1, 1, 1, 4, 3 among six classes, worked out by its definition:
  ///
  /// class 0: 1/1, 1/2, 2/3; class 1: 2/3, 2/3, 2/3; class 3: 1, 1, 1; class 4, an answer only: 0, 0, 0.
  @Test func `means are over the classes that occur`() {
    var matrix = ConfusionMatrix(classNames: (0..<6).map(String.init))
    for (truth, answer) in zip([0, 0, 1, 1, 1, 3], [0, 1, 1, 1, 4, 3]) {
      matrix.add(truth: truth, predicted: answer)
    }
    #expect(matrix.countedClasses == [0, 1, 3, 4])
    let macro = matrix.macroAverage
    #expect(abs(macro.precision - (1 + 2.0 / 3 + 1 + 0) / 4) < 1e-12)
    #expect(abs(macro.recall - (0.5 + 2.0 / 3 + 1 + 0) / 4) < 1e-12)
    #expect(abs(macro.f1 - (2.0 / 3 + 2.0 / 3 + 1 + 0) / 4) < 1e-12)
    #expect(macro.support == 6)
    let weighted = matrix.weightedAverage
    #expect(abs(weighted.precision - (2 * 1 + 3 * 2.0 / 3 + 1) / 6) < 1e-12)
    #expect(abs(weighted.recall - (2 * 0.5 + 3 * 2.0 / 3 + 1) / 6) < 1e-12)
    #expect(abs(weighted.f1 - (2 * 2.0 / 3 + 3 * 2.0 / 3 + 1) / 6) < 1e-12)
  }

  @Test func `two right answers among ten classes are all there is`() {
    var matrix = ConfusionMatrix(classNames: (0..<10).map(String.init))
    matrix.add(truth: 3, predicted: 3)
    matrix.add(truth: 7, predicted: 7)
    let expected = ConfusionMatrix.Scores(precision: 1, recall: 1, f1: 1, support: 2)
    #expect(matrix.accuracy == 1 && matrix.macroAverage == expected && matrix.weightedAverage == expected)
  }
}

/// When answers are as good as blind.
@Suite struct ChanceTests {
  private func matrix(_ counts: [[Int]]) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classNames: counts.indices.map(String.init))
    for (truth, row) in counts.enumerated() {
      for (predicted, count) in row.enumerated() {
        for _ in 0..<count { matrix.add(truth: truth, predicted: predicted) }
      }
    }
    return matrix
  }

  @Test func `chance follows from both margins`() {
    // Cohen's example: agreement 0.7, by chance 0.5 * 0.6 + 0.5 * 0.4.
    let matrix = matrix([[20, 5], [10, 15]])
    #expect(abs(matrix.chanceAccuracy - 0.5) < 1e-12 && !matrix.isNearChance)
  }

  @Test(arguments: [
    ([[25, 25], [25, 25]], true), ([[28, 22], [25, 25]], true), ([[40, 10], [10, 40]], false),
    // Always the same answer, however often that is right.
    ([[99, 0], [1, 0]], true), ([[0, 50], [0, 50]], true),
    // Worse than chance is no better.
    ([[0, 50], [50, 0]], true),
    // Too few to say, or nothing to tell apart.
    ([[5, 5], [5, 4]], false), ([[30, 20], [0, 0]], false), ([[50, 0], [0, 0]], false),
  ])
  func `near chance`(counts: [[Int]], isNear: Bool) {
    #expect(matrix(counts).isNearChance == isNear)
  }
}
