import Foundation
import OctetTraining
import Testing

/// One rejected file per rule of the reader.
@Suite struct SafetensorsReaderTests {
  private func read(_ header: String, data: Int = 4) throws -> SafetensorsFile {
    try SafetensorsFile(RawSafetensors.bytes(header, data: [UInt8](repeating: 0, count: data)))
  }

  private func expect(
    _ bytes: [UInt8], field: String, tensor: String? = nil, _ words: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: SafetensorsError.self, sourceLocation: location) {
      try SafetensorsFile(bytes)
    }
    #expect(error?.field == field, sourceLocation: location)
    #expect(error?.tensor == tensor, sourceLocation: location)
    let text = error?.description ?? ""
    #expect(text.contains(words) && !text.contains("\n"), "\(text)", sourceLocation: location)
  }

  private func expect(
    _ header: String, data: Int = 4, field: String, tensor: String? = nil, _ words: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    expect(
      RawSafetensors.bytes(header, data: [UInt8](repeating: 0, count: data)), field: field, tensor: tensor,
      words,
      at: location)
  }

  @Test func `accepts what the format allows`() throws {
    #expect(try read("{}", data: 0).entries.isEmpty)
    #expect(try read("{}   \n", data: 0).metadata.isEmpty)
    #expect(try read(#"{"__metadata__":null}"#, data: 0).metadata.isEmpty)
    #expect(try read(#"{"__metadata__":{"a":"b","":"\u00e9"}}"#, data: 0).metadata == ["a": "b", "": "é"])
    let scalar = try read(RawSafetensors.tensor("F32", "[]", "[0,4]"))
    #expect(try scalar.values(of: try #require(scalar.entries.first)) == [0])
    let empty = try read(RawSafetensors.tensor("F32", "[9000000000000000000,0]", "[0,0]"), data: 0)
    #expect(try empty.values(of: try #require(empty.entries.first)) == [])
    let unordered = try read(
      #"{"b":{"data_offsets":[4,6],"shape":[1,2],"dtype":"U8"},"e":{"dtype":"I64","shape":[0],"data_offsets":[4,4]},"#
        + #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 6)
    #expect(unordered.entries.map(\.name) == ["a", "e", "b"])
  }

  @Test func `lengths`() {
    for count in 0..<8 {
      expect([UInt8](repeating: 0, count: count), field: "file size", "cut short")
    }
    expect([0, 0, 0, 0, 0, 0, 0, 0], field: "header", "must start with {")
    expect([UInt8](repeating: 255, count: 8), field: "header length", "18446744073709551615")
    expect([0x01, 0x48, 0xE8, 0x01, 0, 0, 0, 0], field: "header length", "at most 32000000")
    expect([0x00, 0x48, 0xE8, 0x01, 0, 0, 0, 0], field: "header length", "only 0 bytes follow")
    expect([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], field: "header length", "only 2 bytes follow")
  }

  @Test(arguments: ["", " {}", "[]", "null", "7", "\"a\"", "\u{FEFF}{}"])
  func `headers that are not an object`(header: String) {
    expect(header, data: 0, field: "header", "must start with {")
  }

  @Test(arguments: [
    "{", "{}{}", "{},", "{'a':1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":[1, ]}",
    "{\"__metadata__\":{\"a\":\"b\"\n,\n}}", "{}x", "{//\n}", "{\"\u{1}\":1}", "{\"\\x\":1}",
    "{\"\\ud800\":1}", "{}\0", "{\0}\0",
  ])
  func `headers that are not JSON`(header: String) {
    expect(header, data: 0, field: "header", "it cannot be read")
  }

  @Test func `headers that are not UTF-8`() {
    expect(RawSafetensors.bytes([0x7B, 0x22, 0xFF, 0x22, 0x7D]), field: "header", "not valid UTF-8")
    // A surrogate, and a slash in two bytes.
    expect(
      RawSafetensors.bytes([0x7B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x7D]), field: "header", "not valid UTF-8")
    expect(RawSafetensors.bytes([0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x7D]), field: "header", "not valid UTF-8")
    // The same text in UTF-16, which Foundation would take.
    expect(RawSafetensors.bytes([0x7B, 0, 0x7D, 0]), field: "header", "zero byte")
  }

  /// Foundation's own reader traps on 513 brackets that are not closed.
  @Test func `deep nesting`() {
    for depth in Array(60...70) + Array(505...520) + [100_000, 1_000_000] {
      for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let bomb = String(repeating: open, count: depth)
        let end = String(repeating: close, count: depth)
        for header in ["{\"a\":\(bomb)1\(end)}", "{\"a\":\(bomb)", "{\"a\":{\"shape\":\(bomb)1\(end)}}"] {
          let error = #expect(throws: SafetensorsError.self) { try read(header) }
          #expect(depth < 70 || error?.reason == "it cannot be read: it is nested more than 64 deep")
        }
      }
    }
  }

  @Test func `names that appear twice`() {
    let one = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    expect(#"{"a":\#(one),"a":\#(one)}"#, field: "header", #"the name "a" appears twice"#)
    expect(#"{"a":\#(one),"\u0061":\#(one)}"#, field: "header", #"the name "a" appears twice"#)
    expect(#"{"é":\#(one),"e\u0301":\#(one)}"#, field: "header", "appears twice")
    expect(#"{"a\"b:":\#(one),"a\"b:":\#(one)}"#, field: "header", "appears twice")
    expect(#"{"__metadata__":{"k":"1","k":"2"}}"#, data: 0, field: "header", #"the name "k" appears twice"#)
    expect(#"{"__metadata__":{},"__metadata__":{}}"#, data: 0, field: "header", "appears twice")
    expect(
      #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, field: "header",
      #""dtype" appears twice"#)
    #expect(throws: Never.self) { try read(#"{"__metadata__":{"a":"\"a\":\"a\":","b":"a"}}"#, data: 0) }
  }

  @Test(arguments: ["7", "null", "[]", "\"x\"", "true", "[{\"dtype\":1}]"])
  func `entries that are not objects`(entry: String) {
    expect("{\"a\":\(entry)}", field: "entry", tensor: "a", "expected an object with dtype")
  }

  @Test(arguments: ["7", "[]", "\"x\"", "false"])
  func `metadata that is not an object`(metadata: String) {
    expect("{\"__metadata__\":\(metadata)}", data: 0, field: "__metadata__", "expected an object of texts")
  }

  @Test(arguments: [("7", "7"), ("null", "null"), ("{}", "object"), ("[\"x\"]", "array"), ("false", "false")])
  func `metadata values that are not text`(value: String, shown: String) {
    expect("{\"__metadata__\":{\"k\":\(value)}}", data: 0, field: "__metadata__", shown)
  }

  @Test func `fields that are missing or unknown`() {
    expect(#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, field: "dtype", tensor: "a", "missing")
    expect(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, field: "shape", tensor: "a", "missing")
    expect(#"{"a":{"dtype":"F32","shape":[1]}}"#, field: "data_offsets", tensor: "a", "missing")
    expect(
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"scale":2}}"#, field: "scale", tensor: "a",
      "no such field")
  }

  @Test(arguments: ["f32", "F33", "", "F32 "])
  func `unknown types`(name: String) {
    expect(
      RawSafetensors.tensor(name, "[1]", "[0,4]"), field: "dtype", tensor: "a",
      "\"\(name)\": supported are F32")
  }

  @Test(arguments: [
    ("7", "7"), ("null", "null"), ("[1.5]", "[1.5]"), ("[-1]", "[-1]"), ("[\"1\"]", "an array"),
    ("[true]", "an array"),
    ("[null]", "an array"), ("[1e400]", "array"), ("[18446744073709551616]", "[1.8446744073709552e+19]"),
    ("{\"0\":1}", "an object"), ("[[1]]", "an array"),
    ("[\([String](repeating: "1", count: 65).joined(separator: ","))]", "of 65: expected at most 64"),
  ])
  func `shapes that are none`(shape: String, shown: String) {
    expect(RawSafetensors.tensor("F32", shape, "[0,4]"), field: "shape", tensor: "a", shown)
  }

  @Test(arguments: [
    "[0]", "[0,4,8]", "[]", "4", "[0.5,4]", "[-4,0]", "[0,-4]", "[\"0\",4]", "null", "[0,1e300]", "[null,4]",
  ])
  func `offsets that are none`(offsets: String) {
    expect(
      RawSafetensors.tensor("F32", "[1]", offsets), field: "data_offsets", tensor: "a", "a start and an end")
  }

  @Test(arguments: [
    "[9223372036854775807]", "[4294967296,4294967296]", "[4611686018427387904]", "[9223372036854775807,2,0]",
    "[3037000500,3037000500,1]",
  ])
  func `products that overflow`(shape: String) {
    expect(RawSafetensors.tensor("F32", shape, "[0,4]"), field: "shape", tensor: "a", "64 bits")
  }

  @Test func `offsets that do not fit`() {
    expect(
      RawSafetensors.tensor("F32", "[1]", "[0,5]"), field: "data_offsets", tensor: "a", "only 4 bytes of data"
    )
    expect(
      RawSafetensors.tensor("F32", "[1]", "[0,3]"), field: "data_offsets", tensor: "a", "takes 4 bytes, not 3"
    )
    expect(
      RawSafetensors.tensor("F32", "[2]", "[0,4]"), field: "data_offsets", tensor: "a", "takes 8 bytes, not 4"
    )
    expect(
      RawSafetensors.tensor("F32", "[0]", "[0,4]"), field: "data_offsets", tensor: "a", "takes 0 bytes, not 4"
    )
    expect(
      RawSafetensors.tensor("F32", "[1]", "[1,5]"), field: "data_offsets", tensor: "a",
      "nothing uses the bytes")
    expect(RawSafetensors.tensor("F32", "[1]", "[4,0]"), field: "data_offsets", tensor: "a", "nothing uses")
    expect(
      RawSafetensors.tensor("F32", "[1]", "[9223372036854775804,9223372036854775807]"), field: "data_offsets",
      tensor: "a", "nothing uses")
    expect(
      RawSafetensors.tensor("F32", "[1]", "[0,9223372036854775807]"), field: "data_offsets", tensor: "a",
      "only 4 bytes")
    expect("{}", field: "file size", "4 bytes belong to none")
    expect(
      RawSafetensors.tensor("F32", "[1]", "[0,4]"), data: 5, field: "file size", "1 bytes belong to none")
  }

  @Test func `holes and overlaps`() {
    func two(_ first: String, _ second: String) -> String {
      #"""
      {"a":{"dtype":"U8","shape":[4],"data_offsets":\#(first)},"b":{"dtype":"U8","shape":[4],"data_offsets":\#(second)}}
      """#
    }
    #expect(throws: Never.self) { try read(two("[4,8]", "[0,4]"), data: 8) }
    expect(two("[0,4]", "[0,4]"), data: 8, field: "data_offsets", tensor: "b", "overlaps")
    expect(two("[0,4]", "[3,7]"), data: 8, field: "data_offsets", tensor: "b", "overlaps")
    expect(
      two("[0,4]", "[5,9]"), data: 9, field: "data_offsets", tensor: "b", "nothing uses the bytes from 4")
    // An end before its start would let the next one begin again at 0.
    expect(
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}"#,
      field: "data_offsets", tensor: "b", "end comes before the start")
  }
}
