import OctetClassification
import OctetCommandLine
import OctetData
import OctetHost
import OctetReports
import OctetText

/// What each image is, and what was answered to it: a line for each, for programs and spreadsheets.
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
    help: "also list each image with its answers, in FILE.csv or FILE.jsonl")

  let images: LabeledItems
  private let classNames: [String]
  /// None where the classes are not known: then nothing is said of truth.
  private let labels: [UInt16]
  /// At least one of the two.
  let float: ClassAnswers?
  let integer: ClassAnswers?

  /// - Parameter classNames: of the models.
  init(images: LabeledItems, classNames: [String], float: ClassAnswers?, integer: ClassAnswers?) {
    (self.images, self.classNames, self.float, self.integer) = (images, classNames, float, integer)
    labels = images.labels
  }

  private var hasTruth: Bool { images.hasClasses }

  private var sides: [(name: StaticString, answers: ClassAnswers)] {
    [("int8", integer), ("float", float)].compactMap { side in side.1.map { (side.0, $0) } }
  }

  /// Of the int8 model, where there is one.
  private func isRight(_ item: Int) -> Bool {
    (integer ?? float)?.classes[item] == Int(labels[item])
  }

  /// Nil where there is nothing to compare.
  private func isChanged(_ item: Int) -> Bool? {
    guard let float, let integer else { return nil }
    return float.classes[item] != integer.classes[item]
  }

  private func name(_ index: Int) -> String { classNames[index] }

  /// Those that the two models put in different classes.
  var changed: [Int] { (0..<images.count).filter { isChanged($0) == true } }

  /// `{"item":0,"truth":…,"int8":…,"int8_probabilities":[…],"float":…,"float_probabilities":[…],"right":…,"changed":…}`
  var jsonl: ByteText {
    var text = ByteText()
    for item in 0..<images.count {
      text.append("{\"item\":\(item)")
      if hasTruth {
        text.append(",\"truth\":")
        text.append(json: name(Int(labels[item])))
      }
      for (side, answers) in sides {
        text.append(",\"")
        text.append(side)
        text.append("\":")
        text.append(json: name(answers.classes[item]))
        guard answers.hasProbabilities else { continue }
        text.append(",\"")
        text.append(side)
        let shares = probabilities(answers, item).joined(separator: ",")
        text.append("_probabilities\":[\(shares)]")
      }
      if hasTruth { text.append(",\"right\":\(isRight(item))") }
      if let changed = isChanged(item) { text.append(",\"changed\":\(changed)") }
      text.append("}\n")
    }
    return text
  }

  /// The columns of the same names, and one for the probability of each class.
  var csv: ByteText {
    var text = ByteText()
    text.append(hasTruth ? "item,truth" : "item")
    for (side, _) in sides {
      text.append(",")
      text.append(side)
    }
    if hasTruth { text.append(",right") }
    if integer != nil, float != nil { text.append(",changed") }
    for (side, answers) in sides where answers.hasProbabilities {
      for name in classNames {
        text.append(",")
        text.append(csv: "\(side) \(name)")
      }
    }
    text.append("\n")
    for item in 0..<images.count {
      text.append("\(item)")
      if hasTruth {
        text.append(",")
        text.append(csv: name(Int(labels[item])))
      }
      for (_, answers) in sides {
        text.append(",")
        text.append(csv: name(answers.classes[item]))
      }
      if hasTruth { text.append(",\(isRight(item))") }
      if let changed = isChanged(item) { text.append(",\(changed)") }
      for (_, answers) in sides where answers.hasProbabilities {
        for share in probabilities(answers, item) { text.append(",\(share)") }
      }
      text.append("\n")
    }
    return text
  }

  /// Each the shortest text that reads as the same number.
  private func probabilities(_ answers: ClassAnswers, _ item: Int) -> [String] {
    answers.probabilities[item * answers.classCount..<(item + 1) * answers.classCount].map { "\($0)" }
  }
}
