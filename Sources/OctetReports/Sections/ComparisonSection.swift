import OctetCommandLine
import OctetData
import OctetQuantization
import OctetTraining

/// A float model and the int8 model made from it on the same images, and every image that they disagree about.
package struct ComparisonSection {
  private let images: LabeledItems
  private let float: ClassAnswers
  private let quantized: ClassAnswers
  private let comparison: PairedComparison
  /// The sections that tell what decided, by the numbers of images.
  private let explanations: [Int: String]

  /// Images that are shown; beyond that quantization has failed, and the table says so.
  package static let mostShown = 1000

  package init(
    images: LabeledItems, float: ClassAnswers, quantized: ClassAnswers, explanations: [Int: String] = [:]
  ) {
    self.explanations = explanations
    self.images = images
    self.float = float
    self.quantized = quantized
    comparison = PairedComparison(
      labels: images.labels, float: float.classes, quantized: quantized.classes, classNames: images.classNames
    )
  }

  package var section: Section { section("comparison", title: "Float against int8") }

  /// - Parameter identifier: names the section in links.
  package func section(_ identifier: String, title: String) -> Section {
    Section(
      identifier, title: title,
      [
        .facts(facts), .notes(comparison.changed == 0 ? ["No image changed its class."] : []),
        .gallery(changed), .figures([chart]), .table(table),
      ])
  }

  private var facts: [Section.Fact] {
    let interval = comparison.interval
    return [
      .init("Images", NumberText.grouped(comparison.images)),
      .init("Float accuracy", NumberText.percent(comparison.floatAccuracy, decimals: 2)),
      .init("int8 accuracy", NumberText.percent(comparison.accuracy, decimals: 2)),
      .init("Loss in points", NumberText.fixed(comparison.lossPoints, decimals: 2)),
      .init(
        "95 % interval",
        "\(NumberText.fixed(interval.lowerBound, decimals: 3)) to \(NumberText.fixed(interval.upperBound, decimals: 3))"
      ),
      .init("Answers changed", NumberText.grouped(comparison.changed)),
      .init("Right before, wrong now", NumberText.grouped(comparison.lost)),
      .init("Wrong before, right now", NumberText.grouped(comparison.gained)),
    ]
  }

  private var changed: Gallery {
    let names = images.classNames
    let all = images.labels.indices.filter { float.classes[$0] != quantized.classes[$0] }
    func probability(_ answers: ClassAnswers, _ index: Int) -> String {
      answers.hasProbabilities ? " (\(NumberText.percent(answers.confidence(index), decimals: 0)))" : ""
    }
    let tiles = all.prefix(Self.mostShown).map { index in
      let truth = names[Int(images.labels[index])]
      let before = "\(names[float.classes[index]])\(probability(float, index))"
      let after = "\(names[quantized.classes[index]])\(probability(quantized, index))"
      return Gallery.Tile(
        images.picture(index, bits: all.count > 100 ? 4 : 8),
        lines: [truth, "float \(before)", "int8 \(after)", "no. \(index)"],
        alternative: "image \(index), truly \(truth): \(before) in float, \(after) in int8",
        link: explanations[index])
    }
    let caption =
      "The true class, then both answers."
      + (explanations.isEmpty ? "" : " A picture leads to what decided about it.")
      + (all.count > tiles.count
        ? " The first \(NumberText.grouped(tiles.count)) of \(NumberText.grouped(all.count)) are shown"
          + (explanations.isEmpty ? "." : "; octet explain --image N shows any other.") : "")
    return Gallery(
      name: "changed", title: "Every image whose class changed", caption: caption, tiles: tiles, isRoomy: true
    )
  }

  private var chart: Figure {
    let rows = comparison.classes.map { figures in
      BarChart.Row(
        label: figures.name,
        bars: [
          .init(
            value: Double(figures.images - figures.floatCorrect),
            text: "\(NumberText.grouped(figures.images - figures.floatCorrect))", style: .first),
          .init(
            value: Double(figures.images - figures.correct),
            text: "\(NumberText.grouped(figures.images - figures.correct))", style: .second),
        ])
    }
    let words = """
      \(NumberText.grouped(comparison.images - comparison.floatCorrect)) mistakes in float, \
      \(NumberText.grouped(comparison.images - comparison.correct)) in int8.
      """
    return Figure(
      name: "mistakes-compared", title: "Mistakes of each class", caption: words,
      drawing: BarChart(
        rows: rows, legend: [("float", .first), ("int8", .second)],
        alternative: "Mistakes of \(comparison.classes.count) classes. \(words)"
      ).drawing())
  }

  private var table: PageTable {
    var table = PageTable("", columns: ["Class", "Images", "Float", "int8", "Changed"])
    func share(_ part: Int, _ whole: Int) -> String {
      whole == 0 ? "" : NumberText.percent(Double(part) / Double(whole), decimals: 2)
    }
    for figures in comparison.classes {
      table.add([
        figures.name, NumberText.grouped(figures.images), share(figures.floatCorrect, figures.images),
        share(figures.correct, figures.images), "\(figures.changed)",
      ])
    }
    return table
  }
}
