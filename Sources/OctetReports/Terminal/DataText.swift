import OctetCommandLine
import OctetData
import OctetText

/// Images as text: samples of each class, and how many images each class has.
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
  private var nameWidth: Int { min(names.map(\.shown.count).max() ?? 1, 16) }

  private func name(_ index: Int) -> String {
    let name = TextWidth.cut(names[index].shown, to: nameWidth)
    return name + String(repeating: " ", count: max(nameWidth - name.count, 0))
  }

  /// A row of samples for each class.
  package var samples: String {
    names.indices.map { index in
      let count = max((style.width - nameWidth - 1) / (Self.side + 1), 1)
      var pictures: [[String]] = []
      for (place, label) in images.labels.enumerated() where Int(label) == index {
        pictures.append(BlockPicture(images.tile(place).reduced(to: Self.side), style: style).lines)
        if pictures.count == count { break }
      }
      let height = pictures.first?.count ?? 0
      return (0..<height).map { line in
        let label = line == height / 2 ? name(index) : String(repeating: " ", count: nameWidth)
        return BarText.trimmed("\(label) " + pictures.map { $0[line] }.joined(separator: " ")) + "\n"
      }.joined()
    }.joined(separator: style.hasColor ? "" : "\n")
  }

  /// A bar for each class.
  package var balance: String {
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

  /// One image in full, with its class.
  package func image(_ index: Int) -> String {
    let picture = BlockPicture(images.tile(index).reduced(to: max(style.width, 8)), style: style)
    return "no. \(index): \(names[Int(images.labels[index])].shown)\n"
      + picture.lines.map { BarText.trimmed($0) + "\n" }.joined()
  }
}
