import OctetCommandLine
import OctetData
import OctetNetwork

/// What a model learns from: samples, how many images each class has, and what the mean of each class looks like.
package struct DataSection {
  private let parts: [(name: String, images: LabeledItems)]

  /// Samples of each class, and classes that are shown.
  private static let sampleCount = 10
  private static let classCount = 40
  /// Larger images are shown smaller.
  private static let side = 56

  /// - Parameter parts: at least one; samples and means come from the first.
  package init(parts: [(name: String, images: LabeledItems)]) {
    precondition(!parts.isEmpty, "there are images")
    self.parts = parts
  }

  private var images: LabeledItems { parts[0].images }
  private var names: [String] { images.classNames }
  private var shown: Range<Int> { 0..<min(names.count, Self.classCount) }

  package var section: Section {
    var facts = parts.map { Section.Fact($0.name, NumberText.grouped($0.images.count)) }
    facts += [
      .init("Classes", NumberText.grouped(names.count)), .init("Size of an image", "\(images.shape)"),
    ]
    var blocks: [Section.Block] = [.facts(facts)]
    if names.count > shown.count {
      blocks.append(.paragraph("Pictures show the first \(shown.count) of \(names.count) classes."))
    }
    blocks.append(.figures([samples, balance]))
    blocks.append(.gallery(means))
    return Section("data", title: "Data", blocks)
  }

  private var samples: Figure {
    let labelWidth = min(TextWidth.longest(names[shown], isBold: true), 110)
    let cell = 32.0
    let shape = images.tileShape
    let rowHeight = Drawing.cellHeight(of: (shape.height, shape.width), width: cell)
    let left = labelWidth + 10
    var drawing = Drawing(
      width: left + cell * Double(Self.sampleCount), height: (rowHeight + 2) * Double(shown.count),
      alternative:
        "The first \(Self.sampleCount) images of \(shown.count) classes: \(names[shown].joined(separator: ", "))."
    )
    for index in shown {
      let y = (rowHeight + 2) * Double(index)
      let name = TextWidth.fitted(names[index], within: labelWidth, isBold: true)
      drawing.write(name, labelWidth, y + rowHeight / 2 + 4, "end b")
      var tiles: [PictureTile] = []
      for (place, label) in images.labels.enumerated() where Int(label) == index {
        tiles.append(images.tile(place).reduced(to: Self.side))
        if tiles.count == Self.sampleCount { break }
      }
      guard !tiles.isEmpty else { continue }
      let picture = PictureTile.mosaic(tiles, columns: tiles.count).picture()
      drawing.mosaic(picture, columns: tiles.count, rows: 1, left, y, cell * Double(tiles.count))
    }
    return Figure(
      name: "samples", title: "Samples of each class",
      caption: "The first images of each class, as a network sees them.",
      drawing: drawing)
  }

  private var balance: Figure {
    let styles = SeriesStyle.allCases
    let totals = parts.map { Double(max($0.images.count, 1)) }
    let counts = parts.map(\.images.frequencies)
    let rows = shown.map { index in
      BarChart.Row(
        label: names[index],
        bars: parts.indices.map { part in
          BarChart.Bar(
            value: Double(counts[part][index]) / totals[part],
            text:
              """
              \(NumberText.grouped(counts[part][index])) \
              (\(NumberText.percent(Double(counts[part][index]) / totals[part])))
              """,
            style: styles[part % styles.count])
        })
    }
    let first = counts[0]
    let (most, fewest) = (first.max() ?? 0, first.min() ?? 0)
    let words =
      most == fewest
      ? "Every class has \(NumberText.grouped(most)) images of the \(parts[0].name.lowercased())."
      : """
      The largest class has \(NumberText.fixed(Double(most) / Double(max(fewest, 1)), decimals: 2)) \
      times as many of the \(parts[0].name.lowercased()) as the smallest.
      """
    return Figure(
      name: "balance", title: "Images of each class", caption: words,
      drawing: BarChart(
        rows: rows,
        legend: parts.count > 1
          ? parts.indices.map { (parts[$0].name.lowercased(), styles[$0 % styles.count]) } : [],
        alternative: "Bars for \(names.count) classes. \(words)"
      ).drawing())
  }

  private var means: Gallery {
    let shape = images.tileShape
    let size = shape.height * shape.width
    var sums = [Int](repeating: 0, count: names.count * size)
    var counts = [Int](repeating: 0, count: names.count)
    for (place, label) in images.labels.enumerated() where Int(label) < shown.count {
      counts[Int(label)] += 1
      let start = Int(label) * size
      for (pixel, value) in images.gray(place).enumerated() { sums[start + pixel] += Int(value) }
    }
    let tiles = shown.filter { counts[$0] > 0 }.map { index in
      let pixels = (0..<size).map { UInt8((sums[index * size + $0] + counts[index] / 2) / counts[index]) }
      let tile = PictureTile(width: shape.width, height: shape.height, pixels: pixels)
      return Gallery.Tile(
        tile.reduced(to: Self.side).picture(), lines: [names[index]],
        alternative: "the mean of class \(names[index])")
    }
    return Gallery(name: "means", title: "The mean of each class", tiles: tiles)
  }
}
