import OctetReports
import OctetTraining
import Testing

@Suite struct FindingsTests {
  private func notes(_ losses: [(Double, Double?)], accuracies: [(Double, Double?)]? = nil) -> String {
    let history = losses.enumerated().map { index, loss in
      EpochRecord(
        epoch: index + 1, learningRate: 0.1, loss: loss.0, accuracy: accuracies?[index].0 ?? 0.9,
        validationLoss: loss.1,
        validationAccuracy: accuracies?[index].1 ?? (loss.1 == nil ? nil : 0.9), seconds: 1,
        imagesPerSecond: 1)
    }
    return TrainingSection(history: history, settings: [], keepsBest: false).notes.joined(separator: "\n")
  }

  @Test
  func `overfitting where the validation loss rises while the training loss falls`() {
    let found = notes([(1, 1), (0.5, 0.6), (0.3, 0.7), (0.1, 0.9)])
    #expect(found.contains("smallest validation loss was that of epoch 2"))
    #expect(
      found.contains("Sign of overfitting: after epoch 2 the validation loss rose from 0.6000 to 0.9000"))
    #expect(!found.contains("No sign"))
  }

  @Test
  func `overfitting where the accuracies part`() {
    let found = notes([(1, 1), (0.5, 0.9)], accuracies: [(0.5, 0.5), (0.999, 0.95)])
    #expect(found.contains("4.90 points above the validation accuracy"))
  }

  @Test
  func `none where both fall, and that more epochs may help`() {
    let found = notes([(1, 1), (0.5, 0.6), (0.3, 0.4)])
    #expect(found.contains("No sign of overfitting") && found.contains("more epochs may give more"))
  }

  @Test
  func `that it cannot tell without validation images, and that nothing was learned`() {
    let found = notes([(1, nil), (1.2, nil)])
    #expect(found.contains("no validation images") && found.contains("did not fall"))
  }

  @Test
  func `how far probabilities are from the truth`() {
    var bins = ReliabilityBins()
    // 3 of 4 right at 0.95, and 1 of 2 right at 0.55: (4 * 0.2 + 2 * 0.05) / 6.
    for isRight in [true, true, true, false] { bins.add(probability: 0.95, isRight: isRight) }
    for isRight in [true, false] { bins.add(probability: 0.55, isRight: isRight) }
    #expect(abs(bins.expectedError - 0.15) < 1e-12)
    #expect(bins.bins[9].count == 4 && bins.bins[5].right == 1)
    bins.add(probability: 1, isRight: true)
    bins.add(probability: .init(0), isRight: true)
    #expect(bins.bins[9].count == 5 && bins.bins[0].count == 1)
    #expect(ReliabilityBins().expectedError == 0)
  }

  @Test
  func `which integers stand for values, and which values lie beyond them`() {
    var grid = GridCounts()
    for steps in [-128.4, -128.6, 0.4, 127.4, 127.6, 1e9] { grid.add(steps) }
    grid.add(-5, count: 7)
    #expect(grid.counts[0] == 1 && grid.counts[128] == 1 && grid.counts[255] == 1 && grid.counts[123] == 7)
    #expect(grid.below == 1 && grid.above == 2)
  }
}
