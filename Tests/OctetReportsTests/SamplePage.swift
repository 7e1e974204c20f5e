import OctetData
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining

/// A page with every section, with hostile names of classes and layers.
enum SamplePage {
  static let hostile = "<script>alert('x')</script>\"&\u{202E}\n"

  static func images(_ count: Int = 300) -> LabeledItems {
    let digits = SyntheticDigits.generate(count: count, seed: 3)
    return LabeledItems(
      shape: digits.shape, pixels: digits.pixels, labels: digits.labels,
      classNames: digits.classNames.map { $0 + hostile })
  }

  /// Every seventh answer is wrong.
  static func answers(_ images: LabeledItems) -> ClassAnswers {
    let count = images.classNames.count
    let classes = images.labels.enumerated().map {
      $0.offset % 7 == 0 ? (Int($0.element) + 1) % count : Int($0.element)
    }
    var probabilities: [Float] = []
    for (place, found) in classes.enumerated() {
      let sure = Float(50 + place % 50) / 100
      let rest = (1 - sure) / Float(count - 1)
      for index in 0..<count { probabilities.append(index == found ? sure : rest) }
    }
    return ClassAnswers(classes: classes, probabilities: probabilities, classCount: count)
  }

  static var history: [EpochRecord] {
    (1...6).map { epoch in
      let step = Double(epoch)
      return EpochRecord(
        epoch: epoch, learningRate: 0.01 / Float(epoch), loss: 1 / step, accuracy: 1 - 0.1 / step,
        validationLoss: epoch < 4 ? 1.1 / step : 0.3 + 0.1 * step, validationAccuracy: 0.9 - 0.01 * step,
        seconds: 2.5, imagesPerSecond: 100)
    }
  }

  static func page() -> Page {
    let images = images()
    let answers = answers(images)
    let perfect = ClassAnswers(classes: images.labels.map { Int($0) }, probabilities: [], classCount: 10)
    var classification = ClassificationSection(classNames: images.classNames)
    for index in 0..<30 { classification.add(result(images, index, name: "\(hostile)/\(index).png")) }
    classification.add(failure: "no \(hostile)", name: hostile)
    let shape = ImageShape(height: 26, width: 26, channels: 4)
    let layer = LayerFacts(
      name: hostile, kind: "conv \(hostile)", output: shape, reads: [0], parameters: 40, multiplyAdds: 4000,
      memoryBytes: 104)
    let second = LayerFacts(
      name: "add", kind: "add", output: shape, reads: [1, 0], parameters: 0, multiplyAdds: 0, memoryBytes: 104
    )
    let maps = FeatureMaps(
      image: images.picture(0), lines: [hostile],
      maps: [
        .init(name: hostile, shape: shape, values: (0..<shape.count).map { Float($0) }),
        .init(name: "flat", shape: ImageShape(flat: 70), values: (0..<70).map { Float($0) }),
        .init(name: "odd", shape: ImageShape(flat: 3), values: [.nan, .infinity, 0]),
      ])
    return Page(
      title: hostile, about: hostile,
      sections: [
        DataSection(parts: [("Training images", images), ("Test images", images.prefix(20))]).section,
        TrainingSection(history: history, settings: [(hostile, hostile)], keepsBest: false).section,
        EvaluationSection(images: images, answers: answers).section,
        ComparisonSection(images: images, float: perfect, quantized: answers).section,
        NetworkSection(
          input: images.shape, layers: [layer, second], memoryMeaning: hostile,
          filters: FirstFilters(
            name: hostile, shape: ImageShape(height: 3, width: 3, channels: 1),
            filters: (0..<4).map { filter in (0..<9).map { Float($0 - filter) } }), maps: maps,
          arena: ([ArenaPart(name: hostile, offset: 0, bytes: 84, rows: 3, index: 0)], 100)
        ).section,
        classification.section,
      ], version: "1")
  }

  static func result(_ images: LabeledItems, _ index: Int, name: String) -> PictureResult {
    let answer = Int(images.labels[index])
    return PictureResult(
      name: name, original: images.tile(index), seen: images.tile(index), answer: answer,
      probabilities: (0..<images.classNames.count).map { $0 == answer ? 65_000 : 59 },
      truth: index % 5 == 0 ? 0 : answer)
  }
}
