import OctetHost
import OctetTraining
import Testing

/// Damaged files are refused or read as something valid; a trap would end the test run.
@Suite struct SafetensorsMutationTests {
  private static func sample() throws -> [UInt8] {
    try SafetensorsWriter(
      metadata: [("format", "x"), ("text", "a\"\\u")],
      tensors: [
        NamedValues(name: "one", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
        NamedValues(name: "two", shape: [], values: [7]), NamedValues(name: "none", shape: [0], values: []),
      ]
    ).bytes
  }

  /// Reads everything there is to read. True if it was valid.
  @discardableResult
  private func isRead(_ bytes: [UInt8]) -> Bool {
    guard let file = try? SafetensorsFile(bytes) else { return false }
    for entry in file.entries {
      guard let values = try? file.values(of: entry) else { continue }
      #expect(values.count == entry.shape.reduce(1, *))
    }
    return true
  }

  @Test func `every truncation is refused`() throws {
    let bytes = try Self.sample()
    #expect(isRead(bytes))
    for count in 0..<bytes.count { #expect(!isRead(Array(bytes.prefix(count)))) }
    #expect(!isRead(bytes + [0]))
  }

  @Test func `every change of one byte`() throws {
    let bytes = try Self.sample()
    for index in bytes.indices {
      for value in 0...UInt8.max {
        var changed = bytes
        changed[index] = value
        isRead(changed)
      }
    }
  }

  @Test func `seeded mutations`() throws {
    let bytes = try Self.sample()
    let pieces: [String] = [
      "9223372036854775807", "-1", "1e999", "0.5", "[", "]", "{", "}", ",", ":", "\"", "\\u0000", "\\ud83d",
      "null",
      "true", "F64", "F16", "BF16", "I64", "BOOL", "__metadata__", "dtype", "shape", "data_offsets", "\u{0}",
      "4", "0",
      "é", "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}",
    ]
    var random = RandomStream(seed: 11, purpose: .testing)
    var valid = 0
    for _ in 0..<100_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...changed.count, using: &random)
        let end = min(place + Int.random(in: 0...6, using: &random), changed.count)
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where place < changed.count: changed[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where place < changed.count: changed[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: changed.removeSubrange(place..<end)
        case 3:
          changed.insert(
            contentsOf: changed[place..<end], at: Int.random(in: 0...changed.count, using: &random))
        default:
          changed.replaceSubrange(place..<end, with: Array(pieces.randomElement(using: &random, or: "").utf8))
        }
      }
      if changed.count >= 8, Bool.random(using: &random) { mendLength(&changed, dataCount: 28) }
      if isRead(changed) { valid += 1 }
    }
    // Were none valid, the mutations would only ever have met the first check.
    #expect(valid > 500)
  }

  /// Makes the length agree again, so that what is behind it is looked at.
  private func mendLength(_ bytes: inout [UInt8], dataCount: Int) {
    let length = max(bytes.count - 8 - dataCount, 0)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
  }
}

extension Array {
  fileprivate func randomElement(using random: inout RandomStream, or other: Element) -> Element {
    self.randomElement(using: &random) ?? other
  }
}
