/// True classes on their way from `prepare` to `report`: a word for each image.
enum LabelRecord {
  private static let unknown = UInt32.max

  static func write(_ labels: [Int?]) -> [UInt8] {
    var writer = WordWriter()
    for label in labels { writer.add(label.map { UInt32($0) } ?? unknown) }
    return writer.bytes
  }

  static func read(_ bytes: [UInt8], name: String) throws(FirmwareError) -> [Int?] {
    var reader = WordReader(bytes, name: name)
    var labels: [Int?] = []
    while reader.position < bytes.count {
      let word = try reader.word()
      labels.append(word == unknown ? nil : Int(word))
    }
    return labels
  }
}
