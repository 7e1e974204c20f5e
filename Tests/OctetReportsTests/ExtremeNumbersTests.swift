import OctetData
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining
import Testing

/// No number that a file or a network can hold may end the program: each is drawn or left out.
@Suite struct ExtremeNumbersTests {
  private let extremes: [Float] = [
    3e37, -3e38, 3e38, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0,
    .infinity, -.infinity, .nan,
  ]

  private func page(_ sections: [Section]) -> String {
    let html = Page(title: "", about: "", sections: sections, version: "1").html
    _ = PageInspection.of(html)
    return html
  }

  @Test
  func `are drawn as maps and filters`() {
    let images = SamplePage.images(20)
    for values in [
      extremes, Array(extremes.prefix(7)), [.infinity, .infinity], [.nan, .nan], [3e38, -3e38],
    ] {
      let shapes = [ImageShape(flat: values.count), ImageShape(height: values.count, width: 1, channels: 1)]
      let maps = shapes.map { FeatureMaps.Map(name: "map", shape: $0, values: values) }
      _ = page([
        NetworkSection(
          input: images.shape, layers: [], memoryMeaning: "",
          filters: FirstFilters(name: "filter", shape: shapes[1], filters: [values, values.reversed()]),
          maps: FeatureMaps(image: images.picture(0), lines: [], maps: maps)
        ).section
      ])
    }
  }

  @Test
  func `are drawn as maps in the order of their sizes`() {
    let images = SamplePage.images(20)
    func drawn(_ values: [Float]) -> String {
      let map = FeatureMaps.Map(name: "map", shape: ImageShape(flat: values.count), values: values)
      return page([
        NetworkSection(
          input: images.shape, layers: [], memoryMeaning: "", filters: nil,
          maps: FeatureMaps(image: images.picture(0), lines: [], maps: [map])
        ).section
      ])
    }
    #expect(drawn([-3e38, 0, 3e38]) == drawn([-1, 0, 1]))
    #expect(drawn([-.infinity, -1, 0, 1, .infinity, .nan]) == drawn([-1, -1, 0, 1, 1, -1]))
  }

  @Test
  func `of filters are drawn by their mean, even if their sum is beyond a float`() {
    func drawn(_ weight: Float) -> String {
      let shape = ImageShape(height: 60, width: 60, channels: 3)
      let filter = (0..<shape.count).map { $0 % 180 < 90 ? weight : -weight }
      let filters = FirstFilters(name: "filter", shape: shape, filters: [filter])
      return page([
        NetworkSection(input: shape, layers: [], memoryMeaning: "", filters: filters, maps: nil).section
      ])
    }
    #expect(drawn(3e38) == drawn(1))
  }

  @Test
  func `are no probabilities`() {
    var bins = ReliabilityBins()
    for probability in [Double.nan, .infinity, -.infinity, 1e300, -1e300] {
      bins.add(probability: probability, isRight: true)
    }
    #expect(bins.bins.map(\.count) == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    #expect(bins.expectedError == 0.5)
    let images = SamplePage.images(20)
    let answers = ClassAnswers(
      classes: images.labels.map { Int($0) }, probabilities: [Float](repeating: .nan, count: 200),
      classCount: 10)
    _ = page([
      EvaluationSection(images: images, answers: answers).section,
      ComparisonSection(images: images, float: answers, quantized: answers).section,
    ])
  }

  @Test
  func `fall on the grid of the integers or beyond it`() {
    var grid = GridCounts()
    for steps in [Double.nan, .infinity, -.infinity, 1e300, -1e300] { grid.add(steps) }
    #expect(grid.below == 2 && grid.above == 2)
    #expect(grid.counts.allSatisfy { $0 == 0 })
  }

  @Test(.timeLimit(.minutes(1)))
  func `are drawn as the course of a training run`() {
    let values: [Double] = [
      1.7e308, -1.7e308, 0, .leastNonzeroMagnitude, 1e300, .infinity, .nan, -.infinity,
    ]
    for first in values {
      for second in values {
        let history = [first, second, first].enumerated().map { index, value in
          EpochRecord(
            epoch: index + 1, learningRate: Float(value), loss: value, accuracy: value, validationLoss: value,
            validationAccuracy: value, seconds: value, imagesPerSecond: value)
        }
        _ = page([TrainingSection(history: history, settings: [], keepsBest: false).section])
        _ = TrainingText(history, style: TerminalStyle(hasColor: false, width: 80)).text
      }
    }
  }
}
