import Octet
import OctetCommandLine
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetText

/// What an .octet file holds, or the one that another model becomes, for people: lines of 80 columns at most, but for
/// the names of files.
struct InspectionText {
  let inspection: ModelInspection
  private var file: OctetModelFile { inspection.file }
  private var source: ModelInspection.Source? { inspection.source }
  private static let width = 80

  /// Tables fit the terminal, and elsewhere what most terminals are.
  private var tableWidth: Int { Terminal.standardOutput.columns ?? Self.width }
  /// Of the input, and of what each layer gives.
  private let names: [String]

  init(inspection: ModelInspection) {
    self.inspection = inspection
    names = ["input"] + inspection.layerNames
  }

  func text() -> String {
    let model = file.model
    let weights = "\(NumberText.grouped(file.weightBytes)) of weights"
    let bytes = "\(NumberText.grouped(file.fileBytes)) bytes, of these \(weights)"
    var lines: [String] = []
    if let source {
      lines.append("\(file.path.shown): \(source.format), \(NumberText.grouped(source.bytes)) bytes")
      lines.append("as an .octet file: \(bytes)")
    } else {
      lines.append("\(file.path.shown): \(bytes)")
    }
    let input = model.tensor(0)
    lines.append("input: \(input.height)x\(input.width)x\(input.channels)" + kindOfInput)
    lines += (0..<model.outputCount).map(output)
    if source?.hasPictureForm ?? true, model.inputKind == .pictures {
      lines.append("pictures: \(model.pictureForm.words)")
    }
    if let note = source?.note { lines.append("note: \(note)") }
    let heading = lines.enumerated().map { $0 < 1 ? $1 : wrapped($1) }.joined(separator: "\n")
    let sections = [layers(), sources(), values(), arena()].filter { !$0.isEmpty }
    return heading + "\n\n" + sections.joined(separator: "\n") + work()
  }

  private var kindOfInput: String {
    guard source?.hasPictureForm ?? true else { return "" }
    return file.model.inputKind == .features ? ", features" : ", pictures"
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

  // MARK: layers

  private func layers() -> String {
    var table = TextTable(
      .init("layer"), .init("kind"), .init("output"), .init("parameters", .right),
      .init("bytes", .right, isDetail: true), .init("multiply-adds", .right))
    let layerCount = file.model.layerCount
    for index in 0...layerCount {
      let tensor = file.model.tensor(index)
      let isInput = index == 0
      let kind = isInput ? "" : file.summary(of: index - 1, names: names) + reads(index - 1)
      table.addRow([
        names[index].narrowed(to: 24), kind,
        "\(tensor.height)x\(tensor.width)x\(tensor.channels)\(tensor.elementBytes == 2 ? " int16" : "")",
        isInput ? "" : NumberText.grouped(file.parameters(of: index - 1)),
        isInput ? "" : NumberText.grouped(file.weightBytes(of: index - 1)),
        isInput ? "" : NumberText.grouped(file.multiplyAdds(of: index - 1)),
      ])
    }
    table.addRule()
    func total(_ figure: (Int) -> Int) -> String {
      NumberText.grouped((0..<layerCount).reduce(0) { $0 + figure($1) })
    }
    table.addRow([
      "total", layerCount == 1 ? "1 layer" : "\(layerCount) layers", "", total(file.parameters),
      total(file.weightBytes(of:)), total(file.multiplyAdds),
    ])
    return table.rendered(width: tableWidth)
  }

  /// Which tensor it reads, where that is not the one before.
  private func reads(_ index: Int) -> String {
    let layer = file.model.layer(index)
    return layer.kind.traits.contains(.secondInput) || Int(layer.input) == index
      ? "" : " of \(names[Int(layer.input)])"
  }

  /// What became of each layer of the file that the .octet file is made of.
  private func sources() -> String {
    guard let source else { return "" }
    var table = TextTable(.init("layer of the model"), .init("kind"), .init("becomes"))
    for (index, entry) in source.operators.enumerated() {
      table.addRow([entry.name.narrowed(to: 34), entry.kind.narrowed(to: 28), inspection.fate(index)])
    }
    return source.operators.isEmpty ? "" : table.rendered(width: tableWidth)
  }

  /// What the integers stand for, and what each layer takes; known where scales are.
  private func values() -> String {
    guard source?.hasScales ?? true else { return "" }
    var table = TextTable(
      .init("layer"), .init("scale", .right), .init("zero point", .right), .init("work", .right))
    for index in 0...file.model.layerCount {
      let tensor = file.model.tensor(index)
      table.addRow([
        names[index].narrowed(to: 34), "\(Float(bitPattern: tensor.scaleBits))", "\(tensor.zeroPoint)",
        index == 0 ? "" : NumberText.grouped(Int(clamping: file.model.work(ofLayer: index - 1).total)),
      ])
    }
    return table.rendered(width: tableWidth)
  }

  // MARK: memory and work

  private func arena() -> String {
    let hasRegions = file.arenaParts.contains { $0.region != nil }
    let accesses = hasRegions ? file.model.memoryAccesses : []
    let all = file.model.memoryLives
    let lives = file.model.sharesMemory ? all : nil
    var table = TextTable(
      columns: [.init("offset", .right), .init("bytes", .right), .init("what")]
        + (hasRegions ? [.init("memory"), .init("accesses", .right)] : [])
        + (lives == nil ? [] : [.init("in use at rows")]))
    // Over time where it is shared, else from its first byte on.
    let parts = file.arenaParts(names: names).sorted { one, other in
      guard let lives else { return one.offset < other.offset }
      return lives.parts[one.index].life.lowerBound < lives.parts[other.index].life.lowerBound
    }
    for part in parts {
      let rows = part.rows == 1 ? "1 row" : "\(part.rows) rows"
      let life = lives?.parts[part.index].life
      table.addRow(
        [
          NumberText.grouped(part.offset), NumberText.grouped(part.bytes),
          part.rows > 0
            ? "\(part.name): \(rows) of \(NumberText.grouped(part.bytes / part.rows)) bytes" : part.name,
        ]
          + (hasRegions
            ? [part.region ?? "arena", NumberText.grouped(accesses[part.index])] : [])
          + (life.map { ["\(NumberText.grouped($0.lowerBound)) to \(NumberText.grouped($0.upperBound))"] }
            ?? []))
    }
    let head = hasRegions ? "Memory: \(file.model.memoryText)" : "Arena: \(NumberText.grouped(own)) bytes"
    return wrapped(head + bound(all)) + "\n" + table.rendered(width: tableWidth)
  }

  /// Bytes besides an input that the caller holds.
  private var own: Int { file.model.ownArenaBytes }

  /// Whether another place for what shares memory could take less.
  private func bound(_ lives: MemoryLives?) -> String {
    guard let lives else { return "" }
    let rows = "of \(NumberText.grouped(lives.steps)) rows that appear in an image"
    let missed = own - lives.bound
    return missed <= 0
      ? "; as many are in use at once, \(rows)"
      : "; \(NumberText.grouped(lives.bound)) are in use at once, \(NumberText.grouped(missed)) fewer, \(rows)"
  }

  /// What `--max-work` looks at.
  private func work() -> String {
    func grouped(_ number: UInt64) -> String { NumberText.grouped(Int(clamping: number)) }
    let work = file.model.work
    return """

      Work for one item: \(grouped(work.total)) operations, which are
        \(grouped(work.multiplyAdds)) multiply-adds
        \(grouped(work.additionsAndComparisons)) additions and comparisons
        \(grouped(work.bytesMoved)) bytes moved

      """
  }

  // MARK: lines

  private func wrapped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { Self.lines(String($0), width: Self.width) }.joined(separator: "\n")
  }

  /// The text's words in lines; a longer word stands alone.
  private static func lines(_ text: String, width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let last = lines[lines.count - 1]
      if !last.isEmpty, last.count + 1 + word.count > width {
        lines.append("  " + word)
      } else {
        lines[lines.count - 1] = last.isEmpty && lines.count == 1 ? String(word) : last + " " + word
      }
    }
    return lines
  }
}

extension ModelInspection {
  /// The operators of the source that together make a tensor, in their order.
  private func makers(of tensor: Int) -> [Int] {
    guard let operators = source?.operators else { return [] }
    return operators.indices.filter { operators[$0].computes && operators[$0].value == tensor }
  }

  /// The one of them that the others joined.
  private func owner(of tensor: Int) -> Int? {
    let makers = makers(of: tensor)
    return makers.first { source?.operators[$0].isFused == false } ?? makers.first
  }

  /// What the layers are called in the model that they come from.
  var layerNames: [String] {
    let own = file.model.layerNames
    guard let operators = source?.operators else { return own }
    return own.indices.map { index in owner(of: index + 1).map { operators[$0].name } ?? own[index] }
  }

  /// What becomes of a source's operator.
  func fate(_ index: Int) -> String {
    guard let own = source?.operators[index], own.computes, let tensor = own.value, tensor > 0 else {
      return "nothing"
    }
    if index == owner(of: tensor) { return "a layer" }
    // The function that makes probabilities comes last.
    if index == makers(of: tensor).last,
      let output = (0..<file.model.outputCount).first(where: {
        Int(file.model.output($0).tensor) == tensor && file.model.head(ofOutput: $0) != .linear
      })
    {
      return "the head, \(file.model.head(ofOutput: output))"
    }
    return "a part of \(layerNames[tensor - 1])"
  }
}
