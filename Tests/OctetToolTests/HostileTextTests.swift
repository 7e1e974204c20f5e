import Foundation
import Octet
import OctetData
import TestSupport
import Testing

/// Untrusted text: nothing in it reaches a terminal, a program or a spreadsheet as anything but text.
@Suite struct HostileTextTests {
  /// The shipped model with another name for the class 0. The last classes lose theirs, so that the section of names
  /// stays as long as it was.
  private static func model(label: String) throws -> [UInt8] {
    var bytes = Array(try Data(contentsOf: URL(filePath: ClassifySample.model)))
    let layers = Int(bytes[24])
    let names = 64 + 28 * (layers + 1) + 44 * layers + 16
    let end = names + Int(bytes[28])
    var classes = [label] + (1...9).map(String.init)
    for index in (0..<label.utf8.count - 1).map({ 9 - $0 }) { classes[index] = "" }
    let changed = classes.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    precondition(changed.count == end - names, "the section keeps its length")
    bytes.replaceSubrange(names..<end, with: changed)
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
