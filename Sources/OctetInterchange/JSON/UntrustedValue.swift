import FoundationEssentials

/// Any JSON value of a stranger's text, read to its last part. The decoder alone only looks at what is asked for.
enum UntrustedValue: Decodable {
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

  init(from decoder: any Decoder) throws {
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
