import FoundationEssentials
import OctetText

/// The header's JSON, read but not yet held against the data.
struct SafetensorsHeader {
  struct Tensor {
    let name: String
    let element: String
    /// No dimension is negative.
    let shape: [Int]
    /// Neither is negative.
    let start: Int
    let end: Int
  }

  fileprivate(set) var metadata: [String: String] = [:]
  fileprivate(set) var tensors: [Tensor] = []

  init(_ bytes: ArraySlice<UInt8>) throws(SafetensorsError) {
    guard let first = bytes.first, first == UInt8(ascii: "{") else {
      let found = bytes.first.map { "with byte \($0)" } ?? "and ends at once"
      throw SafetensorsError(field: "header", value: "starting \(found)", "it must start with {")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SafetensorsError(field: "header", value: "of \(bytes.count) bytes", "it is not valid UTF-8")
    }
    do {
      self = try UntrustedJSON.decode(SafetensorsHeader.self, from: text)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw SafetensorsError(
        field: "header", value: "of \(bytes.count) bytes",
        "it cannot be read: \(UntrustedJSON.reason(error))")
    }
  }
}

extension SafetensorsHeader: Decodable {
  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: AnyName.self)
    for name in members.allKeys {
      if name.stringValue == SafetensorsFormat.metadataName {
        try readMetadata(members, name)
      } else {
        tensors.append(try Self.readTensor(members, name))
      }
    }
  }

  private mutating func readMetadata(_ members: KeyedDecodingContainer<AnyName>, _ name: AnyName) throws {
    // The format's own library takes null for no texts.
    if try members.decodeNil(forKey: name) { return }
    guard let texts = try? members.nestedContainer(keyedBy: AnyName.self, forKey: name) else {
      throw SafetensorsError(
        field: name.stringValue, value: FoundValue.text(members, name), "expected an object of texts")
    }
    for key in texts.allKeys {
      guard let text = try? texts.decode(String.self, forKey: key) else {
        throw SafetensorsError(
          field: name.stringValue, value: "\(key.stringValue.quoted) \(FoundValue.text(texts, key))",
          "expected a text")
      }
      metadata[key.stringValue] = text
    }
  }

  private static func readTensor(
    _ members: KeyedDecodingContainer<AnyName>, _ name: AnyName
  ) throws -> Tensor {
    guard let fields = try? members.nestedContainer(keyedBy: AnyName.self, forKey: name) else {
      throw SafetensorsError(
        tensor: name.stringValue, field: "entry", value: FoundValue.text(members, name),
        "expected an object with dtype, shape and data_offsets")
    }
    func failure(_ field: String, _ expected: String) -> SafetensorsError {
      SafetensorsError(
        tensor: name.stringValue, field: field, value: FoundValue.text(fields, AnyName(field)),
        "expected \(expected)")
    }
    // Element by element, so that a long array costs no more than the numbers that are needed.
    func numbers(_ field: String, _ counts: ClosedRange<Int>) -> [Int]? {
      guard var array = try? fields.nestedUnkeyedContainer(forKey: AnyName(field)),
        let count = array.count, counts.contains(count)
      else { return nil }
      var numbers: [Int] = []
      while !array.isAtEnd {
        guard let number = try? array.decode(Int.self), number >= 0 else { return nil }
        numbers.append(number)
      }
      return numbers
    }
    guard let element = try? fields.decode(String.self, forKey: AnyName("dtype")) else {
      throw failure("dtype", "the name of a type such as \"F32\"")
    }
    guard let shape = numbers("shape", 0...SafetensorsFormat.largestRank) else {
      throw failure("shape", "at most \(SafetensorsFormat.largestRank) whole numbers, none below 0")
    }
    guard let offsets = numbers("data_offsets", 2...2) else {
      throw failure("data_offsets", "a start and an end, none below 0")
    }
    for field in fields.allKeys where !["dtype", "shape", "data_offsets"].contains(field.stringValue) {
      throw SafetensorsError(
        tensor: name.stringValue, field: field.stringValue, value: FoundValue.text(fields, field),
        "the format has no such field")
    }
    return Tensor(name: name.stringValue, element: element, shape: shape, start: offsets[0], end: offsets[1])
  }
}

/// A member's name, whatever it is.
private struct AnyName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

/// A value of the wrong kind, told in an error.
private enum FoundValue {
  static func text(_ members: KeyedDecodingContainer<AnyName>, _ name: AnyName) -> String {
    guard members.contains(name) else { return "missing" }
    if (try? members.decodeNil(forKey: name)) == true { return "null" }
    if let value = try? members.decode(Bool.self, forKey: name) { return "\(value)" }
    if let value = try? members.decode(Int.self, forKey: name) { return "\(value)" }
    if let value = try? members.decode(Double.self, forKey: name) { return "\(value)" }
    if let value = try? members.decode(String.self, forKey: name) { return value.quoted }
    if let array = try? members.nestedUnkeyedContainer(forKey: name) { return text(array) }
    if (try? members.nestedContainer(keyedBy: AnyName.self, forKey: name)) != nil { return "an object" }
    return "of another kind"
  }

  /// The first numbers of an array.
  private static func text(_ array: any UnkeyedDecodingContainer) -> String {
    var array = array
    var shown: [String] = []
    while !array.isAtEnd, shown.count < 8 {
      guard let value = try? array.decode(Double.self) else { return "an array" }
      shown.append(Int(exactly: value).map(String.init) ?? "\(value)")
    }
    let list = shown.joined(separator: ", ")
    return array.isAtEnd ? "[\(list)]" : "[\(list), …] of \(array.count ?? 0)"
  }
}
