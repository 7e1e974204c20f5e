import OctetCommandLine
import OctetReports

/// An explanation on a terminal.
struct ExplanationText {
  let explanation: Explanation
  let style: TerminalStyle

  func text() -> String {
    var text = explanation.truth.map { "true class: \($0)\n" } ?? ""
    for answer in explanation.answers {
      let share = answer.share.map { "  \(NumberText.percent($0, decimals: 2))" } ?? ""
      text += "\(answer.model): \(answer.label)\(share)\n"
    }
    let (answer, other) = explanation.classes
    text += "lead of \(answer) over \(other): \(NumberText.grouped(explanation.lead)) steps\n\n"
    if !explanation.layers.isEmpty { text += layers() + "\n" }
    text += pixels() + "\n"
    for label in explanation.labels {
      let near = explanation.neighbors.filter { $0.label == label }.map {
        "no. \($0.number) (\(NumberText.fixed($0.distance, decimals: 1)))"
      }
      text += line("nearest training pictures of \(label): \(near.joined(separator: ", "))")
    }
    return text + (explanation.note.map(line) ?? "")
  }

  private func line(_ text: String) -> String { FittedText.wrapped(text, width: style.width) + "\n" }

  private func layers() -> String {
    var table = TextTable(
      .init("layer"), .init("kind"), .init("dB", .right), .init("mean float", .right, isDetail: true),
      .init("mean int8", .right, isDetail: true), .init("largest difference", .right))
    for layer in explanation.layers { table.addRow(explanation.cells(layer)) }
    return "Signal to noise of each layer on this picture\n" + table.rendered()
  }

  /// What the network sees, and beside it what speaks for the answer.
  private func pixels() -> String {
    let picture = explanation.picture
    let most = max(explanation.effects.max() ?? 0, 1)
    let effects = PictureTile(
      width: picture.width, height: picture.height,
      pixels: explanation.effects.map { UInt8(max($0, 0) * 255 / most) })
    let side = max(min(style.width / 2 - 2, 32), 8)
    let input = BlockPicture(picture.reduced(to: side), style: style).lines
    let heat = BlockPicture(effects.reduced(to: side), style: style).lines
    let lines = zip(input, heat).map { "\($0)  \($1)\n" }.joined()
    return "What the network sees, and the pixels that speak for \(explanation.classes.answer)\n\(lines)"
  }
}
