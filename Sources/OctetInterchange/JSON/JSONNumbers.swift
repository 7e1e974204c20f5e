import FoundationEssentials

/// JSON of `Codable` values with numbers that come back as the same bits, and infinities as texts.
enum JSONNumbers {
  /// JSON has no infinity and no not-a-number; a validation loss can be either.
  static let decoding = JSONDecoder.NonConformingFloatDecodingStrategy.convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")

  private static let encoding = JSONEncoder.NonConformingFloatEncodingStrategy.convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")

  /// The members of every object sorted by name, so that equal values are equal bytes.
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = encoding
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("values of numbers and texts can be encoded: \(error)")
    }
  }
}
