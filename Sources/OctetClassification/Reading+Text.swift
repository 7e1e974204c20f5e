import Octet
import OctetImages
import OctetText

/// How readings are printed. Errors are printed here too, so that a file has one line whatever became of it.
package enum ReadingText {
  /// `{"file":…,"class":…,"truth":…,"right":…,"probability":…,"probabilities":[…],"logits":[…],"fit":…,"inverted":…}`
  /// and a line end. A name that is no UTF-8 has its bytes behind it, `"file_bytes":"636166e9"`.
  ///
  /// Labels are `"labels":[…],"probabilities":[…],"logits":[…]`, the first being those that hold, and numbers are
  /// `"numbers":[…]`, in rows and columns with their channels. Outputs behind the first follow as
  /// `"more_outputs":[{…},…]`, each with the members of its kind.
  ///
  /// An item of an array has its number behind the file's name, and neither `fit` nor `inverted`.
  ///
  /// - Parameters:
  ///   - item: its number; nil for a file with one.
  ///   - truth: the true class; nil if unknown, and then it is left out.
  package static func json(
    _ reading: Reading, model: Model, path: String, item: Int? = nil, truth: Int? = nil,
    to text: inout ByteText
  ) {
    appendName(path, to: &text)
    if let item {
      text.append(",\"item\":")
      text.append(decimal: Int32(truncatingIfNeeded: item))
    }
    text.append(",")
    appendMembers(reading.answer, 0, model, truth: truth, to: &text)
    for (place, other) in reading.others.enumerated() {
      text.append(place == 0 ? ",\"more_outputs\":[{" : "},{")
      appendMembers(other, place + 1, model, truth: nil, to: &text)
    }
    if !reading.others.isEmpty { text.append("}]") }
    guard let picture = reading.picture else { return text.append("}\n") }
    text.append(",\"fit\":\"")
    text.append(picture.fit.word)
    text.append("\"")
    text.append(picture.isInverted ? ",\"inverted\":true}\n" : ",\"inverted\":false}\n")
  }

  /// What a JSON object has of an output, without a comma at either end.
  private static func appendMembers(
    _ reading: OutputReading, _ output: Int, _ model: Model, truth: Int?, to text: inout ByteText
  ) {
    switch reading {
    case .classes(let found):
      text.append("\"class\":")
      append(name: found.index, of: model, output) { text.append(json: $0) }
      if let truth {
        text.append(",\"truth\":")
        append(name: truth, of: model, output) { text.append(json: $0) }
        text.append(truth == found.index ? ",\"right\":true" : ",\"right\":false")
      }
      if !found.probabilities.isEmpty {
        text.append(",\"probability\":")
        text.append(shortest: found.probabilities[found.index])
      }
      append(found.probabilities, found.logits, to: &text)
    case .labels(let found):
      text.append("\"labels\":[")
      for (place, label) in found.held.enumerated() {
        if place > 0 { text.append(",") }
        append(name: label, of: model, output) { text.append(json: $0) }
      }
      text.append("]")
      append(found.probabilities, found.logits, to: &text)
    case .numbers(let numbers):
      text.append("\"numbers\":[")
      for (place, number) in numbers.enumerated() {
        if place > 0 { text.append(",") }
        text.append(number.description)
      }
      text.append("]")
    }
  }

  private static func append(_ probabilities: [UInt32], _ logits: [Int32], to text: inout ByteText) {
    if !probabilities.isEmpty {
      text.append(",\"probabilities\":[")
      for (place, probability) in probabilities.enumerated() {
        if place > 0 { text.append(",") }
        text.append(shortest: probability)
      }
      text.append("]")
    }
    text.append(",\"logits\":[")
    for index in 0..<logits.count {
      if index > 0 { text.append(",") }
      text.append(decimal: logits[index])
    }
    text.append("]")
  }

  /// `{"file":…,"error":…}` and a line end.
  package static func json(error: String, path: String, to text: inout ByteText) {
    appendName(path, to: &text)
    text.append(",\"error\":")
    text.append(json: error)
    text.append("}\n")
  }

  /// What each output answers, the file, and in brackets the number of an item. Of classes that is the class, its
  /// probability, the runner-up and its probability; of labels those that hold with their probabilities; and of
  /// numbers the first few.
  package static func line(
    _ reading: Reading, model: Model, path: String, item: Int? = nil, labelWidth: Int,
    to text: inout ByteText
  ) {
    append(line: reading.answer, 0, model, labelWidth: labelWidth, to: &text)
    for (place, other) in reading.others.enumerated() {
      text.append("    ")
      append(line: other, place + 1, model, labelWidth: 1, to: &text)
    }
    text.append("    ")
    text.append(path.shown)
    append(item: item, to: &text)
    text.append("\n")
  }

  private static func append(
    line reading: OutputReading, _ output: Int, _ model: Model, labelWidth: Int, to text: inout ByteText
  ) {
    switch reading {
    case .classes(let found):
      append(name: found.index, of: model, output) { appendLabel($0, width: labelWidth, to: &text) }
      guard !found.probabilities.isEmpty else {
        text.append("    ")
        append(name: found.runnerUp, of: model, output) { appendLabel($0, width: labelWidth, to: &text) }
        return
      }
      text.append("  ")
      text.append(percent: found.probabilities[found.index])
      text.append("    ")
      append(name: found.runnerUp, of: model, output) { appendLabel($0, width: labelWidth, to: &text) }
      text.append("  ")
      text.append(percent: found.probabilities[found.runnerUp])
    case .labels(let found):
      if found.held.isEmpty { text.append("(none)") }
      for (place, label) in found.held.enumerated() {
        if place > 0 { text.append(", ") }
        append(name: label, of: model, output) { text.append(shown: $0) }
        guard !found.probabilities.isEmpty else { continue }
        text.append(" ")
        text.append(percent: found.probabilities[label])
      }
    case .numbers(let numbers):
      for (place, number) in numbers.prefix(shownNumbers).enumerated() {
        if place > 0 { text.append(" ") }
        text.append(number.description)
      }
      guard numbers.count > shownNumbers else { return }
      text.append(" ... (")
      text.append(grouped: numbers.count)
      text.append(" numbers)")
    }
  }

  /// More numbers than these only JSON has.
  private static let shownNumbers = 8

  /// As numpy writes it.
  private static func append(item: Int?, to text: inout ByteText) {
    guard let item else { return }
    text.append("[")
    text.append(decimal: Int32(truncatingIfNeeded: item))
    text.append("]")
  }

  package static let csvHeader: StaticString =
    "file,class,probability,runner_up,runner_up_probability,error\n"

  /// The same with two columns more, where true classes are known.
  package static let labeledCSVHeader: StaticString =
    "file,class,probability,runner_up,runner_up_probability,error,truth,right\n"

  /// A line of classes; a model with another first output has no such table.
  ///
  /// - Parameters:
  ///   - item: the number of an item, in brackets behind the file's name; nil for a file with one.
  ///   - truth: the true class; nil if unknown, and then it has no columns.
  package static func csv(
    _ found: ClassReading, model: Model, path: String, item: Int? = nil, truth: Int? = nil,
    to text: inout ByteText
  ) {
    text.append(csv: path)
    append(item: item, to: &text)
    text.append(",")
    append(name: found.index, of: model, 0) { text.append(csv: $0) }
    text.append(",")
    if !found.probabilities.isEmpty { text.append(share: found.probabilities[found.index]) }
    text.append(",")
    append(name: found.runnerUp, of: model, 0) { text.append(csv: $0) }
    text.append(",")
    if !found.probabilities.isEmpty { text.append(share: found.probabilities[found.runnerUp]) }
    text.append(",")
    if let truth {
      text.append(",")
      append(name: truth, of: model, 0) { text.append(csv: $0) }
      text.append(truth == found.index ? ",true" : ",false")
    }
    text.append("\n")
  }

  /// - Parameter hasTruth: whether the table has columns for what is true.
  package static func csv(error: String, path: String, hasTruth: Bool = false, to text: inout ByteText) {
    text.append(csv: path)
    text.append(",,,,,")
    text.append(csv: error)
    text.append(hasTruth ? ",,\n" : "\n")
  }

  private static func appendName(_ path: String, to text: inout ByteText) {
    text.append("{\"file\":")
    text.append(json: path)
    guard path.hasRawBytes else { return }
    text.append(",\"file_bytes\":\"")
    text.append(hexadecimal: path.fileNameBytes)
    text.append("\"")
  }

  private static func appendLabel(
    _ label: UnsafeRawBufferPointer, width: Int, to text: inout ByteText
  ) {
    text.append(shown: label)
    var column = ReadingText.columns(label)
    while column < width {
      text.append(" ")
      column += 1
    }
  }

  /// The columns of the widest name of a class of the first output.
  package static func labelWidth(_ model: Model) -> Int {
    var width = 1
    for index in 0..<model.classCount {
      append(name: index, of: model, 0) { width = max(width, columns($0)) }
    }
    return width
  }

  /// Hands over the name of a class or label, or its number where the output has no names.
  private static func append(
    name index: Int, of model: Model, _ output: Int, _ write: (UnsafeRawBufferPointer) -> Void
  ) {
    if model.hasNames(ofOutput: output) { return write(model.label(index, ofOutput: output)) }
    var digits = ByteText()
    digits.append(decimal: Int32(truncatingIfNeeded: index))
    digits.bytes.withUnsafeBytes { write($0) }
  }

  /// What a terminal needs for the characters that are shown, counted by the bytes that begin one: two columns for
  /// those from U+3000 to U+DFFF and beyond U+FFFF, where nearly all wide ones are.
  private static func columns(_ label: UnsafeRawBufferPointer) -> Int {
    var text = ByteText()
    text.append(shown: label)
    var count = 0
    for byte in text.bytes where byte & 0xC0 != 0x80 {
      count += byte >= 0xF0 || (0xE3...0xED).contains(byte) ? 2 : 1
    }
    return count
  }
}
