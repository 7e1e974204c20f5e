import OctetCommandLine
import OctetText

/// What the network saw of a picture, beside the probability of each class as a bar.
package struct AnswerText {
  private let tile: PictureTile
  private let classNames: [String]
  private let probabilities: [UInt32]
  private let style: TerminalStyle

  /// Classes that are shown at most, the likeliest first chosen and then in their order.
  private static let most = 14

  /// - Parameter probabilities: in 1/65,536; empty for a model without them.
  package init(seen tile: PictureTile, classNames: [String], probabilities: [UInt32], style: TerminalStyle) {
    self.tile = tile.reduced(to: max(min(style.width / 2, 64), 8))
    self.classNames = classNames
    self.probabilities = probabilities
    self.style = style
  }

  package var text: String {
    let picture = BlockPicture(tile, style: style)
    let left = picture.lines
    let right = bars(width: max(min(style.width - picture.width - 26, 40), 5))
    let top = max((left.count - right.count) / 2, 0)
    var text = ""
    for line in 0..<max(left.count, right.count) {
      let picture = line < left.count ? left[line] : String(repeating: " ", count: picture.width)
      let bar = right.indices.contains(line - top) ? right[line - top] : ""
      text += BarText.trimmed(bar.isEmpty ? picture : "\(picture)   \(bar)") + "\n"
    }
    return text + "\n"
  }

  private func bars(width: Int) -> [String] {
    guard !probabilities.isEmpty else { return [] }
    let likeliest = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
      .prefix(Self.most)
    let nameWidth = min(classNames.map(\.shown.columns).max() ?? 1, 12)
    return likeliest.sorted().map { index in
      let share = Double(probabilities[index]) / 65_536
      let name = TextWidth.cutMiddle(classNames[index].shown, to: nameWidth)
      let padding = String(repeating: " ", count: max(nameWidth - name.columns, 0))
      let bar = BarText.bar(share, width: width)
      let color = index == likeliest.first ? TerminalStyle.seriesColors[0] : 245
      let space = bar.isEmpty ? "" : " "
      let percent = NumberText.percent(share, decimals: 2)
      return "\(name)\(padding) \(style.colored(bar, ink: color))\(space)\(percent)"
    }
  }
}
