import Octet
import OctetImages
import OctetText

/// How readings are printed. Errors are printed here too, so that a file has one line whatever became of it.
package enum ReadingText {
  /// `{"file":…,"class":…,"truth":…,"right":…,"probability":…,"probabilities":[…],"logits":[…],"fit":…,"inverted":…}`
  /// and a line end. A name that is no UTF-8 has its bytes behind it, `"file_bytes":"636166e9"`.
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
    text.append(",\"class\":")
    append(name: reading.classIndex, of: model) { text.append(json: $0) }
    if let truth {
      text.append(",\"truth\":")
      append(name: truth, of: model) { text.append(json: $0) }
      text.append(truth == reading.classIndex ? ",\"right\":true" : ",\"right\":false")
    }
    if !reading.probabilities.isEmpty {
      text.append(",\"probability\":")
      text.append(share: reading.probabilities[reading.classIndex])
      text.append(",\"probabilities\":[")
      text.append(shares: reading.probabilities)
      text.append("]")
    }
    text.append(",\"logits\":[")
    for index in 0..<reading.logits.count {
      if index > 0 { text.append(",") }
      text.append(decimal: reading.logits[index])
    }
    guard let picture = reading.picture else { return text.append("]}\n") }
    text.append("],\"fit\":\"")
    text.append(picture.fit.word)
    text.append("\"")
    text.append(picture.isInverted ? ",\"inverted\":true}\n" : ",\"inverted\":false}\n")
  }

  /// `{"file":…,"error":…}` and a line end.
  package static func json(error: String, path: String, to text: inout ByteText) {
    appendName(path, to: &text)
    text.append(",\"error\":")
    text.append(json: error)
    text.append("}\n")
  }

  /// Class, probability, runner-up and its probability, file, and in brackets the number of an item.
  package static func line(
    _ reading: Reading, model: Model, path: String, item: Int? = nil, labelWidth: Int,
    to text: inout ByteText
  ) {
    append(name: reading.classIndex, of: model) { appendLabel($0, width: labelWidth, to: &text) }
    if !reading.probabilities.isEmpty {
      text.append("  ")
      text.append(percent: reading.probabilities[reading.classIndex])
      text.append("    ")
      append(name: reading.runnerUp, of: model) { appendLabel($0, width: labelWidth, to: &text) }
      text.append("  ")
      text.append(percent: reading.probabilities[reading.runnerUp])
    } else {
      text.append("    ")
      append(name: reading.runnerUp, of: model) { appendLabel($0, width: labelWidth, to: &text) }
    }
    text.append("    ")
    text.append(path.shown)
    append(item: item, to: &text)
    text.append("\n")
  }

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

  /// - Parameters:
  ///   - item: the number of an item, in brackets behind the file's name; nil for a file with one.
  ///   - truth: the true class; nil if unknown, and then it has no columns.
  package static func csv(
    _ reading: Reading, model: Model, path: String, item: Int? = nil, truth: Int? = nil,
    to text: inout ByteText
  ) {
    text.append(csv: path)
    append(item: item, to: &text)
    text.append(",")
    append(name: reading.classIndex, of: model) { text.append(csv: $0) }
    text.append(",")
    if !reading.probabilities.isEmpty { text.append(share: reading.probabilities[reading.classIndex]) }
    text.append(",")
    append(name: reading.runnerUp, of: model) { text.append(csv: $0) }
    text.append(",")
    if !reading.probabilities.isEmpty { text.append(share: reading.probabilities[reading.runnerUp]) }
    text.append(",")
    if let truth {
      text.append(",")
      append(name: truth, of: model) { text.append(csv: $0) }
      text.append(truth == reading.classIndex ? ",true" : ",false")
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

  /// The columns of the widest name of a class.
  package static func labelWidth(_ model: Model) -> Int {
    var width = 1
    for index in 0..<model.classCount {
      append(name: index, of: model) { width = max(width, columns($0)) }
    }
    return width
  }

  /// Hands over the name of a class, or its number where the model has no names.
  private static func append(name index: Int, of model: Model, _ write: (UnsafeRawBufferPointer) -> Void) {
    if model.hasNames() { return write(model.label(index)) }
    var digits = ByteText()
    digits.append(decimal: Int32(truncatingIfNeeded: index))
    digits.bytes.withUnsafeBytes { write($0) }
  }

  /// Characters that are shown, counted by the bytes that begin one.
  private static func columns(_ label: UnsafeRawBufferPointer) -> Int {
    var text = ByteText()
    text.append(shown: label)
    var count = 0
    for byte in text.bytes where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }
}
