import OctetCommandLine
import OctetData
import OctetText

/// Data as text: samples of each class, and how many images each class has; of other targets what there is to say.
package struct DataText {
  private let images: LabeledItems
  private let style: TerminalStyle

  /// Pixels that a sample's longer side is brought down to.
  private static let side = 18

  package init(_ images: LabeledItems, style: TerminalStyle) {
    self.images = images
    self.style = style
  }

  private var names: [String] { images.classNames }
  private var nameWidth: Int { min(names.map(\.shown.columns).max() ?? 1, 16) }

  private func name(_ index: Int) -> String {
    let name = TextWidth.cutMiddle(names[index].shown, to: nameWidth)
    return name + String(repeating: " ", count: max(nameWidth - name.columns, 0))
  }

  /// A row of samples for each class; without classes one row.
  package var samples: String {
    let hasClasses = images.hasClasses
    let nameWidth = hasClasses ? nameWidth : 0
    return (0..<(hasClasses ? names.count : 1)).map { index in
      let count = max((style.width - nameWidth - 1) / (Self.side + 1), 1)
      var places = Array(0..<min(count, images.count))
      if hasClasses {
        places = Array(images.labels.indices.lazy.filter { Int(images.labels[$0]) == index }.prefix(count))
      }
      let pictures = places.map { place in
        BlockPicture(images.tile(place).reduced(to: Self.side), style: style).lines
      }
      let height = pictures.first?.count ?? 0
      return (0..<height).map { line in
        let label = hasClasses && line == height / 2 ? name(index) : String(repeating: " ", count: nameWidth)
        return BarText.trimmed("\(label) " + pictures.map { $0[line] }.joined(separator: " ")) + "\n"
      }.joined()
    }.joined(separator: style.hasColor ? "" : "\n")
  }

  /// A bar for each class or label; of numbers their ranges.
  package var balance: String {
    if case .numbers(let numbers, _) = images.targets {
      return ranges(numbers, width: images.targets.width)
    }
    if names.isEmpty { return "The items have \(images.targets.description).\n" }
    let counts = images.frequencies
    let most = max(counts.max() ?? 1, 1)
    let texts = counts.map { NumberText.grouped($0) }
    let textWidth = texts.map(\.count).max() ?? 1
    let width = max(min(style.width - nameWidth - textWidth - 14, 50), 5)
    return names.indices.map { index in
      let bar = BarText.bar(Double(counts[index]) / Double(most), width: width)
      let share = NumberText.percent(Double(counts[index]) / Double(max(images.count, 1)))
      let padding = String(repeating: " ", count: textWidth - texts[index].count)
      return
        "\(name(index))  \(padding)\(texts[index]) \(style.colored(bar, ink: TerminalStyle.seriesColors[0])) \(share)\n"
    }.joined()
  }

  /// Numbers of an item whose ranges are shown.
  private static let mostColumns = 20

  private func ranges(_ numbers: [Float], width: Int) -> String {
    var table = TextTable(
      .init("number", .right), .init("smallest", .right), .init("mean", .right), .init("largest", .right))
    for column in 0..<min(width, Self.mostColumns) {
      let values = stride(from: column, to: numbers.count, by: width).map { Double(numbers[$0]) }
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      table.addRow(["\(column)"] + [values.min() ?? 0, mean, values.max() ?? 0].map { "\(Float($0))" })
    }
    let rest =
      width > Self.mostColumns ? "The first \(Self.mostColumns) of \(width) numbers are shown.\n" : ""
    return table.rendered() + rest
  }

  /// What the item should be.
  private func target(_ index: Int) -> String {
    switch images.targets {
    case .none, .several: images.targets.description
    case .classes(let indices, let names): names[Int(indices[index])].shown
    case .labels(let flags, let names):
      names.indices.filter { flags[index * names.count + $0] == 1 }.map { names[$0].shown }.joined(
        separator: ", ")
    case .numbers:
      images.selecting([index]).numbers.prefix(Self.mostColumns).map { "\($0)" }.joined(separator: " ")
    }
  }

  /// One image in full, with its class.
  package func image(_ index: Int) -> String {
    let picture = BlockPicture(images.tile(index).reduced(to: max(style.width, 8)), style: style)
    return "no. \(index): \(target(index))\n"
      + picture.lines.map { BarText.trimmed($0) + "\n" }.joined()
  }
}
