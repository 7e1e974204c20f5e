import Foundation
import Octet
import OctetData
import TestSupport
import Testing

/// Untrusted text: nothing in it reaches a terminal, a program or a spreadsheet as anything but text.
@Suite struct HostileTextTests {
  /// The shipped model with another name for the class 0, of as many bytes.
  private static func model(label: String) throws -> [UInt8] {
    var bytes = Array(try Data(contentsOf: URL(filePath: ClassifySample.model)))
    let layers = Int(bytes[20])
    let labels = 48 + 24 * (layers + 1) + 40 * layers
    let old = Int(bytes[labels]) + 1
    let new = [UInt8(label.utf8.count)] + Array(label.utf8)
    bytes.replaceSubrange(labels..<labels + old, with: new)
    // The padding behind the labels takes the difference.
    let size = Int(bytes[24]) + new.count - old
    bytes.removeSubrange(labels + size..<labels + size + new.count - old)
    bytes[24] = UInt8(size)
    var checksum = Checksum()
    let covered = Array(bytes[16...])
    checksum.add(covered.span.bytes)
    bytes.replaceSubrange(
      12..<16, with: (0..<4).map { UInt8(truncatingIfNeeded: checksum.value >> (8 * $0)) })
    return bytes
  }

  @Test(arguments: ["\u{1B}[2J", "a\nb", "\u{202E}", "\u{85}"])
  func `labels that control a terminal are refused`(label: String) throws {
    let sample = try ClassifySample(digits: 1)
    try sample.folder.write(try Self.model(label: label), to: "m.octet")
    for command in [
      ["inspect", sample.folder.path("m.octet")],
      ["classify", sample.folder.path("m.octet"), sample.path(0)],
    ] {
      try OctetProcess.run(command).expectRefusal(1, "a label must be UTF-8")
    }
  }

  @Test func `a formula for a label is none`() throws {
    let sample = try ClassifySample(digits: 40)
    try sample.folder.write(try Self.model(label: "=1+1"), to: "m.octet")
    let model = sample.folder.path("m.octet")
    let zero = try #require((0..<40).first { sample.digits.labels[$0] == 0 })
    let table = try OctetProcess.run("classify", model, "--csv", sample.path(zero))
    #expect(table.status == 0)
    #expect(table.output.contains(",'=1+1,"), "\(table.output)")
    #expect(!table.output.contains(",=1+1"))
    let object = try #require(
      try OctetProcess.run("classify", model, "--json", sample.path(zero)).objects().first)
    #expect(object["class"] as? String == "=1+1")
    #expect(try OctetProcess.run("inspect", model).output.contains("classes: =1+1, 1, 2"))
  }

  /// A character without width is allowed in a label, and shown as what it is.
  @Test func `hidden characters are escaped`() throws {
    let sample = try ClassifySample(digits: 40)
    try sample.folder.write(try Self.model(label: "\u{200B}"), to: "m.octet")
    let model = sample.folder.path("m.octet")
    let zero = try #require((0..<40).first { sample.digits.labels[$0] == 0 })
    #expect(try OctetProcess.run("inspect", model).output.contains("classes: \\u{200b}, 1, 2"))
    let line = try OctetProcess.run("classify", model, sample.path(zero)).output
    #expect(line.hasPrefix("\\u{200b}  100.00 %"), "\(line)")
    let json = try OctetProcess.run("classify", model, "--json", sample.path(zero))
    #expect(json.output.contains(#""class":"\u200b""#))
    #expect(try json.objects().first?["class"] as? String == "\u{200B}")
  }

  @Test func `classes that no model may have are refused early`() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b\u{1B}[2J"] {
      try FileManager.default.createDirectory(
        atPath: folder.path("data/\(name)"), withIntermediateDirectories: true)
      try folder.write(
        ClassifySample.png([UInt8](repeating: 0, count: 16), width: 4), to: "data/\(name)/1.png")
    }
    let result = try OctetProcess.run("data", "show", "--data", folder.path("data"))
    result.expectRefusal(
      1, "b\\u{1b}[2J has a name that cannot be a label".replacingOccurrences(of: " has", with: ": has"))
    #expect(!result.errors.contains("\u{1B}"))
  }
}
