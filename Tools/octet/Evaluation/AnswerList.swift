import Octet
import OctetClassification
import OctetCommandLine
import OctetData
import OctetHost
import OctetNetwork
import OctetQuantization
import OctetText

/// What each item is, and what was answered to it: a line for each, for programs and spreadsheets.
struct AnswerList {
  enum Format: String, CaseIterable {
    case csv, jsonl
  }

  /// Where the list goes; nil if none is asked for. Checked before any work begins.
  struct Target {
    let path: String
    let format: Format

    init?(_ arguments: ParsedArguments) throws {
      guard let path = arguments.value("answers") else { return nil }
      guard let format = Format.allCases.first(where: { path.lowercased().hasSuffix(".\($0.rawValue)") })
      else {
        throw arguments.usageError("--answers takes a name that ends with .csv or .jsonl, not '\(path)'")
      }
      try AtomicFile.requireWritable(path: path)
      self.path = path
      self.format = format
    }

    /// The file appears whole or not at all.
    func write(_ list: AnswerList) throws {
      try AtomicFile.write(path: path, bytes: format == .csv ? list.csv.bytes : list.jsonl.bytes)
    }
  }

  static let option = OptionDescription(
    "answers", takes: .output("FILE"),
    help: "also list each item with its answers, in FILE.csv or FILE.jsonl")

  /// One thing that is said of an item.
  private struct Cell {
    enum Value {
      case text(String)
      case texts([String])
      case flag(Bool)
      case number(Double)
      /// Each with the name of its column.
      case shares(ArraySlice<Float>, names: [String], side: String)
    }

    let name: String
    let value: Value
  }

  let items: TargetedItems
  let outputs: [OutputResult]

  /// Those that two models answered differently, in classes or labels of any output.
  var changed: [Int] {
    (0..<items.items.count).filter { item in outputs.contains { $0.isChanged(item) == true } }
  }

  // MARK: what is said

  private func cells(_ item: Int) -> [Cell] {
    outputs.flatMap { result in
      let prefix = outputs.count == 1 ? "" : "\(result.output.name) "
      return cells(result, item).map { Cell(name: prefix + $0.name, value: $0.value) }
    }
  }

  private func cells(_ result: OutputResult, _ item: Int) -> [Cell] {
    switch result.output.meaning {
    case .classes: classCells(result, item)
    case .labels: labelCells(result, item)
    case .numbers: numberCells(result, item)
    }
  }

  private func sides(_ result: OutputResult) -> [(name: String, answers: OutputAnswers)] {
    [("int8", result.integer), ("float", result.float)].compactMap { side in side.1.map { (side.0, $0) } }
  }

  private func classCells(_ result: OutputResult, _ item: Int) -> [Cell] {
    let names = result.output.names
    var cells: [Cell] = []
    if let truth = result.trueClasses {
      cells.append(Cell(name: "truth", value: .text(names[Int(truth[item])])))
    }
    for (side, answers) in sides(result) {
      guard let found = answers.classes else { continue }
      cells.append(Cell(name: side, value: .text(names[found.classes[item]])))
      guard found.hasProbabilities else { continue }
      let shares = found.probabilities[item * found.classCount..<(item + 1) * found.classCount]
      cells.append(Cell(name: "\(side)_probabilities", value: .shares(shares, names: names, side: side)))
    }
    if let truth = result.trueClasses, let judged = result.judged?.classes {
      cells.append(Cell(name: "right", value: .flag(judged.classes[item] == Int(truth[item]))))
    }
    if let changed = result.isChanged(item) { cells.append(Cell(name: "changed", value: .flag(changed))) }
    return cells
  }

  private func labelCells(_ result: OutputResult, _ item: Int) -> [Cell] {
    let names = result.output.names
    let count = names.count
    var cells: [Cell] = []
    if let truth = result.trueLabels {
      let holding = names.indices.filter { truth[item * count + $0] == 1 }
      cells.append(Cell(name: "truth", value: .texts(holding.map { names[$0] })))
    }
    for (side, answers) in sides(result) {
      guard let found = answers.labels else { continue }
      let holding = zip(names, found.flags(item)).filter(\.1).map(\.0)
      cells.append(Cell(name: side, value: .texts(holding)))
      guard result.output.hasProbabilities else { continue }
      cells.append(
        Cell(
          name: "\(side)_probabilities",
          value: .shares(found.values[item * count..<(item + 1) * count], names: names, side: side)))
    }
    if let truth = result.trueLabels, let judged = result.judged?.labels {
      let isRight = zip(judged.flags(item), truth[item * count..<(item + 1) * count]).allSatisfy {
        $0 == ($1 == 1)
      }
      cells.append(Cell(name: "right", value: .flag(isRight)))
    }
    if let changed = result.isChanged(item) { cells.append(Cell(name: "changed", value: .flag(changed))) }
    return cells
  }

  private func numberCells(_ result: OutputResult, _ item: Int) -> [Cell] {
    var cells: [Cell] = []
    if result.givesInput, items.items.hasClasses {
      cells.append(
        Cell(name: "truth", value: .text(items.items.classNames[Int(items.items.labels[item])])))
    }
    for (side, answers) in sides(result) {
      guard let errors = answers.errors else { continue }
      cells.append(Cell(name: "\(side)_absolute_error", value: .number(errors.absolute[item])))
      cells.append(Cell(name: "\(side)_square_error", value: .number(errors.square[item])))
    }
    if let difference = result.difference {
      cells.append(Cell(name: "largest_difference", value: .number(difference.largest[item])))
      cells.append(Cell(name: "square_difference", value: .number(difference.square[item])))
    }
    return cells
  }

  // MARK: how it is written

  /// `{"item":0,"truth":…,"int8":…,"int8_probabilities":[…],"float":…,"float_probabilities":[…],"right":…,"changed":…}`
  var jsonl: ByteText {
    var text = ByteText()
    for item in 0..<items.items.count {
      text.append("{\"item\":\(item)")
      for cell in cells(item) {
        text.append(",")
        text.append(json: cell.name)
        text.append(":")
        switch cell.value {
        case .text(let name): text.append(json: name)
        case .texts(let names):
          text.append("[")
          for (index, name) in names.enumerated() {
            if index > 0 { text.append(",") }
            text.append(json: name)
          }
          text.append("]")
        case .flag(let flag): text.append("\(flag)")
        case .number(let number): text.append(number.isFinite ? "\(number)" : "null")
        case .shares(let shares, _, _):
          text.append("[\(shares.map { "\($0)" }.joined(separator: ","))]")
        }
      }
      text.append("}\n")
    }
    return text
  }

  /// The columns of the same names, and one for the probability of each class or label behind them.
  var csv: ByteText {
    var text = ByteText()
    for item in 0..<items.items.count {
      let cells = cells(item)
      if item == 0 { addTitles(cells, to: &text) }
      text.append("\(item)")
      for cell in cells {
        switch cell.value {
        case .text(let name): field(name, &text)
        case .texts(let names): field(names.joined(separator: "|"), &text)
        case .flag(let flag): text.append(",\(flag)")
        case .number(let number): text.append(",\(number)")
        case .shares: break
        }
      }
      // Each the shortest text that reads as the same number.
      for case .shares(let shares, _, _) in cells.map(\.value) {
        for share in shares { text.append(",\(share)") }
      }
      text.append("\n")
    }
    return text
  }

  private func addTitles(_ cells: [Cell], to text: inout ByteText) {
    text.append("item")
    for cell in cells {
      if case .shares = cell.value { continue }
      field(cell.name, &text)
    }
    for cell in cells {
      guard case .shares(_, let names, let side) = cell.value else { continue }
      // The name of an output stands before the side.
      let prefix = cell.name.dropLast("\(side)_probabilities".count)
      for name in names { field("\(prefix)\(side) \(name)", &text) }
    }
    text.append("\n")
  }

  private func field(_ content: String, _ text: inout ByteText) {
    text.append(",")
    text.append(csv: content)
  }
}
