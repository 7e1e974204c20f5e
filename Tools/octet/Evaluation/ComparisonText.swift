import OctetCommandLine
import OctetQuantization
import OctetTraining

/// What quantization cost, for people.
struct ComparisonText {
  let comparison: PairedComparison
  /// What an item is called.
  var noun = "image"
  /// A line on the five best classes, where there are more.
  var topFive: String?

  func text() -> String {
    let loss = comparison.lossPoints
    let interval = comparison.interval
    return """
      Test \(noun)s: \(NumberText.grouped(comparison.images))
      float accuracy \(percent(comparison.floatAccuracy)), int8 accuracy \(percent(comparison.accuracy)): \
      \(loss < 0 ? "a gain" : "a loss") of \(NumberText.fixed(abs(loss), decimals: 2)) points \
      (95 % interval of the loss: \(signed(interval.lowerBound)) to \(signed(interval.upperBound)))\
      \(topFive.map { "\n" + $0 } ?? "")
      Changed class: \(count(comparison.changed)); right before and wrong now \(comparison.lost), \
      wrong before and right now \(comparison.gained) (McNemar p = \(NumberText.fixed(comparison.pValue, decimals: 2)))

      \(classes())
      """
  }

  private func classes() -> String {
    var table = TextTable(
      .init("class"), .init("\(noun)s", .right), .init("float", .right), .init("int8", .right),
      .init("changed", .right))
    for figures in comparison.classes {
      table.addRow([
        figures.name, NumberText.grouped(figures.images), share(figures.floatCorrect, figures.images),
        share(figures.correct, figures.images), figures.changed == 0 ? "·" : "\(figures.changed)",
      ])
    }
    table.addRule()
    table.addRow([
      "all", NumberText.grouped(comparison.images), percent(comparison.floatAccuracy),
      percent(comparison.accuracy),
      "\(comparison.changed)",
    ])
    return table.rendered()
  }

  private func count(_ images: Int) -> String { images == 1 ? "1 \(noun)" : "\(images) \(noun)s" }

  private func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 2) }

  private func share(_ part: Int, _ whole: Int) -> String {
    whole == 0 ? "·" : percent(Double(part) / Double(whole))
  }

  private func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + NumberText.fixed(value, decimals: 3)
  }
}

extension Agreement {
  /// For people.
  var text: String {
    """
    Test items: \(NumberText.grouped(items)), without classes, so the accuracy is not known
    float and int8 answer the same for \(NumberText.percent(share, decimals: 2)): \
    \(NumberText.grouped(changed)) of \(NumberText.grouped(items)) changed class

    """
  }
}
