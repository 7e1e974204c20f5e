import FoundationEssentials
import OctetText

/// Reads JSON that came from outside: Foundation's decoder (of its essential part alone: the rest takes longer to load
/// than a picture to classify), kept away from what it is too forgiving about, and from what it traps on (513 brackets
/// that nothing closes).
package enum UntrustedJSON {
  /// Far deeper than anything written here, and far less than what Foundation allows.
  package static let deepest = 64

  /// The most members of an object, each of which takes hundreds of bytes while it is read. Models have thousands of
  /// tensors.
  static let mostNames = 1 << 16

  /// The most values in all: the history of 100,000 epochs has 800,000.
  static let mostValues = 2_000_000

  package static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    try check(text)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = JSONNumbers.decoding
    return try decoder.decode(type, from: Data(text.utf8))
  }

  /// The longest text that is read to its last value, which takes a thousand times as long as reading what is asked
  /// for.
  static let longestValue = 1 << 20

  /// All that `text` holds.
  package static func value(of text: String) throws -> UntrustedValue {
    guard text.utf8.count <= longestValue else {
      throw Unreadable(reason: "it has \(text.utf8.count) bytes; the limit is \(longestValue)")
    }
    return try decode(UntrustedValue.self, from: text)
  }

  /// Why `text` is no JSON; nil when it is.
  package static func fault(in text: String) -> String? {
    do {
      _ = try value(of: text)
      return nil
    } catch {
      return reason(error)
    }
  }

  package struct Unreadable: Error {
    package let reason: String
  }

  /// One line on why `decode` threw.
  package static func reason(_ error: any Error) -> String {
    switch error {
    case let error as Unreadable: return error.reason
    case DecodingError.dataCorrupted(let context): return context.debugDescription.shown(atMost: 200)
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

  /// Refuses what Foundation must not see. As long as the text is valid JSON, this reads it as Foundation does; where
  /// it is not, Foundation stops there.
  private static func check(_ text: String) throws(Unreadable) {
    // Foundation takes text with zero bytes in the right places for UTF-16. No valid JSON has one.
    guard !text.utf8.contains(0) else { throw Unreadable(reason: "it has a zero byte") }
    let bytes = Array(text.utf8)
    // The names so far in each object or array that is open.
    var open: [Set<String>] = []
    var string: Range<Int>?
    var isAfterComma = false
    var values = 0
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open.count < deepest else { throw Unreadable(reason: "it is nested more than \(deepest) deep") }
        open.append([])
        try count(&values)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard !isAfterComma else {
          throw Unreadable(reason: "nothing follows the comma before byte \(index)")
        }
        _ = open.popLast()
      case UInt8(ascii: "\""):
        let end = endOfString(bytes, from: index)
        string = index..<end
        index = end
        isAfterComma = false
        continue
      case UInt8(ascii: ":"):
        guard let range = string, !open.isEmpty else { break }
        let name = self.name(bytes[range])
        // Foundation silently takes one of the two; other readers take the other.
        guard open[open.count - 1].insert(name).inserted else {
          throw Unreadable(reason: "the name \(name.quoted) appears twice in one object")
        }
        guard open[open.count - 1].count <= mostNames else {
          throw Unreadable(reason: "an object has more than \(mostNames) names")
        }
      case UInt8(ascii: ","): try count(&values)
      default: break
      }
      // Blanks leave it as it is; nothing else may stand between a comma and the bracket.
      if bytes[index] > UInt8(ascii: " ") { isAfterComma = bytes[index] == UInt8(ascii: ",") }
      index += 1
    }
  }

  /// Counts the values by what begins or parts them.
  private static func count(_ values: inout Int) throws(Unreadable) {
    values += 1
    guard values <= mostValues else { throw Unreadable(reason: "it has more than \(mostValues) values") }
  }

  /// The place after the closing quote of the string that opens at `start`.
  private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start + 1
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\"): index += 2
      case UInt8(ascii: "\""): return index + 1
      default: index += 1
      }
    }
    return bytes.count
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

/// Any JSON value of an untrusted text, read completely. The decoder alone only looks at what is asked for.
package enum UntrustedValue: Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([UntrustedValue])
  case object([String: UntrustedValue])

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Name.self) {
      var members: [String: UntrustedValue] = [:]
      for name in container.allKeys {
        members[name.stringValue] = try container.decode(UntrustedValue.self, forKey: name)
      }
      self = .object(members)
    } else if var container = try? decoder.unkeyedContainer() {
      var elements: [UntrustedValue] = []
      while !container.isAtEnd { elements.append(try container.decode(UntrustedValue.self)) }
      self = .list(elements)
    } else {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .null
      } else if let flag = try? value.decode(Bool.self) {
        self = .bool(flag)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .number(try value.decode(Double.self))
      }
    }
  }
}
