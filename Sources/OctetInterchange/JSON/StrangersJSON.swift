import Foundation

/// Reads JSON that came from outside: Foundation's decoder, kept away from what it is too forgiving about.
enum StrangersJSON {
  static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    // Foundation takes text with zero bytes in the right places for UTF-16. No valid JSON has one.
    guard !text.utf8.contains(0) else { throw Unreadable(reason: "it has a zero byte") }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = JSONNumbers.decoding
    let value = try decoder.decode(type, from: Data(text.utf8))
    if let name = repeatedName(in: Array(text.utf8)[...]) {
      throw Unreadable(reason: "the name \(name.quoted) appears twice in one object")
    }
    return value
  }

  /// Why `text` is no JSON; nil when it is.
  static func fault(in text: String) -> String? {
    guard !text.utf8.contains(0) else { return "it has a zero byte" }
    do {
      // Unlike the decoder it looks at every value.
      _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
      return nil
    } catch {
      return ((error as NSError).userInfo["NSDebugDescription"] as? String ?? "\(error)").shown(atMost: 200)
    }
  }

  struct Unreadable: Error {
    let reason: String
  }

  /// One line on why `decode` threw.
  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as Unreadable: return error.reason
    case DecodingError.dataCorrupted(let context):
      let inner = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
      return (inner ?? context.debugDescription).shown(atMost: 200)
    case DecodingError.keyNotFound(let key, let context):
      return "\(place(context)) has no \(key.stringValue.quoted)"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "\(place(context)): \(context.debugDescription.shown(atMost: 200))"
    default: return "\(error)".shown(atMost: 200)
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue.quoted }
    return path.isEmpty ? "it" : path.joined(separator: " ")
  }

  /// A name that stands twice in one object of `bytes`, which `decode` has accepted.
  ///
  /// Foundation silently takes one of the two; other readers take the other.
  private static func repeatedName(in bytes: ArraySlice<UInt8>) -> String? {
    var open: [Set<String>] = []
    var string: Range<Int>?
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "{"): open.append([])
      case UInt8(ascii: "}"): if !open.isEmpty { open.removeLast() }
      case UInt8(ascii: "\""):
        let end = endOfString(bytes, from: index)
        string = index..<end
        index = end
        continue
      case UInt8(ascii: ":"):
        guard let range = string, !open.isEmpty else { break }
        let name = self.name(bytes[range])
        guard open[open.count - 1].insert(name).inserted else { return name }
      default: break
      }
      index += 1
    }
    return nil
  }

  /// The place after the closing quote of the string that opens at `start`.
  private static func endOfString(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int {
    var index = start + 1
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "\\"): index += 2
      case UInt8(ascii: "\""): return index + 1
      default: index += 1
      }
    }
    return bytes.endIndex
  }

  /// The text of a quoted string.
  private static func name(_ quoted: ArraySlice<UInt8>) -> String {
    if quoted.contains(UInt8(ascii: "\\")),
      let text = try? JSONDecoder().decode(String.self, from: Data(quoted))
    {
      return text
    }
    return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
  }
}
