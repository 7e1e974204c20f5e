import Foundation
import OctetHost
import OctetInterchange
import OctetText
import TestSupport
import Testing

@Suite struct FileReadingTests {
  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
  func readsEveryByte(count: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    try AtomicFile.write(path: folder.path("x"), bytes: bytes)
    #expect(try FileReading.bytes(path: folder.path("x"), limit: count) == bytes)
    if count > 0 {
      #expect(throws: FileError(.read, folder.path("x"), code: EFBIG)) {
        try FileReading.bytes(path: folder.path("x"), limit: count - 1)
      }
    }
  }

  @Test func aMissingFileIsNotABrokenOne() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: FileError.self) { try FileReading.bytes(path: folder.path("no"), limit: 9) }
    #expect(missing?.isMissing == true)
    let isFolder = #expect(throws: FileError.self) {
      try FileReading.bytes(path: folder.path, limit: 1 << 20)
    }
    #expect(isFolder?.isMissing == false)
    #expect(isFolder?.code == EISDIR)
  }

  @Test func filesWithoutASizeAreReadUpToTheLimit() throws {
    #expect(throws: FileError(.read, "/dev/zero", code: EFBIG)) {
      try FileReading.bytes(path: "/dev/zero", limit: 1_000_000)
    }
    #expect(try FileReading.bytes(path: "/dev/null", limit: 0) == [])
    // Says that its size is zero.
    #expect(try !FileReading.bytes(path: "/proc/self/status", limit: 1 << 20).isEmpty)
  }

  @Test func namesFromStrangersCannotSteerTheTerminal() {
    #expect("a\u{1B}[2Jb\nc\u{202E}".quoted == #""a\u{1b}[2Jb\u{a}c\u{202e}""#)
    #expect(String(repeating: "é", count: 500).quoted.count == 83)
  }
}
