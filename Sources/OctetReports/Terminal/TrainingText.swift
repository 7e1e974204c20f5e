import OctetCommandLine
import OctetTraining

/// The course of a training run in two or four short lines.
package struct TrainingText {
  private let history: [EpochRecord]
  private let style: TerminalStyle

  package init(_ history: [EpochRecord], style: TerminalStyle) {
    self.history = history
    self.style = style
  }

  /// Nothing for a single epoch.
  package var text: String {
    guard history.count > 1 else { return "" }
    var lines = [line("loss", history.map(\.loss), 0) { NumberText.fixed($0, decimals: 4) }]
    let losses = history.compactMap(\.validationLoss)
    if losses.count > 1 {
      lines.append(line("validation loss", losses, 1) { NumberText.fixed($0, decimals: 4) })
    }
    let shares = history.compactMap(\.accuracy)
    if shares.count > 1 {
      lines.append(line("accuracy", shares, 0) { NumberText.percent($0, decimals: 2) })
    }
    let accuracies = history.compactMap(\.validationAccuracy)
    if accuracies.count > 1 {
      lines.append(line("validation accuracy", accuracies, 1) { NumberText.percent($0, decimals: 2) })
    }
    return lines.joined()
  }

  private func line(_ name: String, _ values: [Double], _ series: Int, _ text: (Double) -> String) -> String {
    let chart = style.colored(
      BarText.sparkline(values, width: max(min(style.width - 46, 60), 8)),
      ink: TerminalStyle.seriesColors[series])
    let padding = String(repeating: " ", count: max(21 - name.count, 1))
    return "\(name)\(padding)\(chart)  \(text(values[0])) to \(text(values[values.count - 1]))\n"
  }
}
