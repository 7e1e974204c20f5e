import Foundation

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
      self = try StrangersJSON.decode(SafetensorsHeader.self, from: text)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw SafetensorsError(
        field: "header", value: "of \(bytes.count) bytes",
        "it cannot be read: \(StrangersJSON.reason(error))")
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
    func read<Value: Decodable>(
      _ field: String, _ type: Value.Type, _ expected: String, where isValid: (Value) -> Bool = { _ in true }
    ) throws -> Value {
      guard let value = try? fields.decode(type, forKey: AnyName(field)), isValid(value) else {
        throw SafetensorsError(
          tensor: name.stringValue, field: field, value: FoundValue.text(fields, AnyName(field)),
          "expected \(expected)")
      }
      return value
    }
    let element = try read("dtype", String.self, "the name of a type such as \"F32\"")
    let shape = try read(
      "shape", [Int].self, "at most \(SafetensorsFormat.largestRank) whole numbers, none below 0"
    ) { $0.count <= SafetensorsFormat.largestRank && $0.allSatisfy { $0 >= 0 } }
    let offsets = try read("data_offsets", [Int].self, "a start and an end, none below 0") {
      $0.count == 2 && $0.allSatisfy { $0 >= 0 }
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
    if let value = try? members.decode([Double].self, forKey: name) {
      let shown = value.prefix(8).map { Int(exactly: $0).map(String.init) ?? "\($0)" }.joined(separator: ", ")
      return value.count > 8 ? "[\(shown), …] of \(value.count)" : "[\(shown)]"
    }
    if (try? members.nestedUnkeyedContainer(forKey: name)) != nil { return "an array" }
    if (try? members.nestedContainer(keyedBy: AnyName.self, forKey: name)) != nil { return "an object" }
    return "of another kind"
  }
}
