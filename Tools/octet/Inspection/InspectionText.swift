import Octet
import OctetCommandLine
import OctetInterchange
import OctetReports
import OctetText

/// What an .octet file holds, for people.
struct InspectionText {
  let file: OctetModelFile

  func text() -> String {
    let model = file.model
    let indices = 0..<model.layerCount
    return """
      \(file.path.shown): \(NumberText.grouped(file.fileBytes)) bytes, of these \
      \(NumberText.grouped(file.weightBytes)) of weights
      \((0..<model.outputCount).map(output).joined(separator: "\n"))
      \(model.inputKind == .features ? "input: features" : "pictures: \(model.pictureForm.words)")

      \(layers())
      Arena: \(NumberText.grouped(model.arenaBytes)) bytes
      \(arena())\
      Parameters: \(NumberText.grouped(indices.reduce(0) { $0 + file.parameters(of: $1) })), \
      multiply-adds for one image: \(NumberText.grouped(indices.reduce(0) { $0 + file.multiplyAdds(of: $1) }))
      Work for one image: \(work(model.work))

      """
  }

  /// What an output holds, in a line or two.
  private func output(_ index: Int) -> String {
    let model = file.model
    let tensor = model.tensor(model.output(index).tensor)
    let names = model.labels(ofOutput: index)
    let list = names.prefix(40).map(\.shown).joined(separator: ", ") + (names.count > 40 ? ", …" : "")
    return switch model.meaning(ofOutput: index) {
    case .classes: "classes: \(list)\nhead: \(model.head(ofOutput: index))"
    case .labels: "labels: \(list)\nhead: \(model.head(ofOutput: index))"
    case .numbers: "numbers: \(tensor.height)x\(tensor.width)x\(tensor.channels)"
    }
  }

  /// What `--max-work` looks at.
  private func work(_ work: Work) -> String {
    func grouped(_ number: UInt64) -> String { NumberText.grouped(Int(clamping: number)) }
    return """
      \(grouped(work.total)) operations, which are \(grouped(work.multiplyAdds)) multiply-adds, \
      \(grouped(work.additionsAndComparisons)) additions and comparisons, \(grouped(work.bytesMoved)) bytes moved
      """
  }

  private func layers() -> String {
    var table = TextTable(
      .init("tensor", .right), .init("made by"), .init("output"), .init("parameters", .right),
      .init("multiply-adds", .right), .init("work", .right), .init("scale", .right),
      .init("zero point", .right))
    for index in 0...file.model.layerCount {
      let tensor = file.model.tensor(index)
      let isInput = index == 0
      table.addRow([
        "\(index)", isInput ? "input" : file.summary(of: index - 1) + reads(index - 1),
        "\(tensor.height)x\(tensor.width)x\(tensor.channels) \(tensor.elementBytes == 2 ? "int16" : "int8")",
        isInput ? "" : NumberText.grouped(file.parameters(of: index - 1)),
        isInput ? "" : NumberText.grouped(file.multiplyAdds(of: index - 1)),
        isInput ? "" : NumberText.grouped(Int(clamping: file.model.work(ofLayer: index - 1).total)),
        "\(Float(bitPattern: tensor.scaleBits))", "\(tensor.zeroPoint)",
      ])
    }
    return table.rendered()
  }

  /// Which tensor it reads, where that is not the one before.
  private func reads(_ index: Int) -> String {
    let layer = file.model.layer(index)
    return layer.kind.traits.contains(.secondInput) || Int(layer.input) == index ? "" : " of \(layer.input)"
  }

  private func arena() -> String {
    var table = TextTable(
      .init("offset", .right), .init("bytes", .right), .init("what"))
    for part in file.arenaParts.sorted(by: { $0.offset < $1.offset }) {
      let rows = part.rows == 1 ? "1 row" : "\(part.rows) rows"
      let isRing = part.rows > 0
      table.addRow([
        NumberText.grouped(part.offset), NumberText.grouped(part.bytes),
        isRing ? "\(part.name): \(rows) of \(NumberText.grouped(part.bytes / part.rows)) bytes" : part.name,
      ])
    }
    return table.rendered()
  }
}
