import Foundation
import OctetHost
import TestSupport
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4 and the NIST test vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      """
      abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
      hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu
      """,
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func `published vectors`(text: String, hash: String) {
    #expect(SHA256.hexadecimal(Array(text.utf8)) == hash)
  }

  @Test func `a million times the letter a`() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(SHA256.hexadecimal([UInt8](repeating: 0x61, count: 1_000_000)) == expected)
  }

  @Test func `pieces of any size give the same hash`() {
    var random = RandomStream(seed: 3, purpose: .testing)
    let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let whole = SHA256.hexadecimal(bytes)
    for _ in 0..<50 {
      var hash = SHA256()
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 0...150, using: &random))
        hash.absorb(bytes[start..<end])
        _ = hash.hexadecimal()
        start = end
      }
      #expect(hash.hexadecimal() == whole)
    }
  }

  /// Every length around one and two blocks, and some long odd ones, against the system's own program.
  @Test func `agrees with the system's program`() throws {
    let program = "/usr/bin/sha256sum"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      print("sha256sum is not here: not compared with it")
      return
    }
    let folder = try TemporaryFolder()
    var random = RandomStream(seed: 4, purpose: .testing)
    var expected: [String: String] = [:]
    for length in Array(0...130) + [4095, 65_537, 300_001] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      expected[try folder.write(bytes, to: "\(length)")] = SHA256.hexadecimal(bytes)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = Array(expected.keys)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    let lines = output.split(separator: "\n")
    #expect(lines.count == expected.count)
    for line in lines {
      let parts = line.split(separator: " ", maxSplits: 1)
      #expect(expected[String(parts[1].drop { $0 == " " })] == String(parts[0]))
    }
  }
}
