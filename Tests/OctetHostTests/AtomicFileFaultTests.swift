import Foundation
import OctetHost
import TestSupport
import Testing

/// Every way to fail leaves the old file and nothing else.
@Suite struct AtomicFileFaultTests {
  @Test(arguments: [
    ("missing/model", ENOENT), ("file/model", ENOTDIR), (".", EISDIR), ("new/", EISDIR),
    (String(repeating: "n", count: 300), ENAMETOOLONG),
  ])
  func `paths that cannot be written`(name: String, code: Int32) throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(path: folder.path("file"), bytes: [1])
    let path = folder.path(name)
    let error = #expect(throws: FileError.self) { try AtomicFile.write(path: path, bytes: [2]) }
    #expect(error == FileError(path, cannotBe: .written, code: code))
    #expect(error?.description.contains("\n") == false)
    #expect(try folder.names() == ["file"])
  }

  @Test func `a path is not cut at a zero byte`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a\0b")
    for path in [path, ""] {
      #expect(throws: FileError.noPath(path)) { try AtomicFile.write(path: path, bytes: [2]) }
    }
    #expect(try folder.names() == [])
  }

  @Test func `a full disk is an error of one line`() {
    let error = #expect(throws: FileError.self) { try AtomicFile.write(path: "/dev/full", bytes: [1]) }
    #expect(
      error?.description
        == "/dev/full: cannot be written (No space left on device); free some space there, or give another path"
    )
    #expect(throws: Never.self) { try AtomicFile.write(path: "/dev/null", bytes: [1]) }
  }

  @Test func `a folder that may not be written`() throws {
    if geteuid() == 0 {
      print("skipped: permissions do not bind the superuser, who runs this test")
      return
    }
    let folder = try TemporaryFolder()
    let path = folder.path("old")
    try AtomicFile.write(path: path, bytes: [1])
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
    #expect(throws: FileError(path, cannotBe: .written, code: EACCES)) {
      try AtomicFile.write(path: path, bytes: [2])
    }
    #expect(try fileContents(path) == [1])
  }

  @Test func `what the caller throws undoes all`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old")
    try AtomicFile.write(path: path, bytes: [1])
    #expect(throws: FileError("elsewhere", cannotBe: .read, code: EIO)) {
      try AtomicFile.write(path: path) { (file) throws(FileError) in
        try file.append([2])
        throw FileError("elsewhere", cannotBe: .read, code: EIO)
      }
    }
    #expect(try fileContents(path) == [1])
    #expect(try folder.names() == ["old"])
  }

  /// The limit on file sizes stands for a disk that fills up in the middle of a write.
  @Test func `writing that fails halfway`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old")
    try AtomicFile.write(path: path, bytes: [1, 2, 3])
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      do throws(FileError) {
        try AtomicFile.write(path: path, bytes: [UInt8](repeating: 9, count: 150_000))
        exit(3)
      } catch {
        exit(error == FileError(path, cannotBe: .written, code: EFBIG) ? 0 : 4)
      }
    }
    #expect(try fileContents(path) == [1, 2, 3])
    #expect(try folder.names() == ["old"])
  }

  @Test func `being killed halfway`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old")
    try AtomicFile.write(path: path, bytes: [1, 2, 3])
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      try AtomicFile.write(path: path) { (file) throws(FileError) in
        try file.append([UInt8](repeating: 9, count: 150_000))
        kill(getpid(), SIGKILL)
      }
    }
    #expect(try fileContents(path) == [1, 2, 3])
    #expect(try folder.names().count == 2, "the killed process leaves its temporary file")
    try AtomicFile.write(path: path, bytes: [4])
    #expect(try fileContents(path) == [4])
    #expect(try folder.names() == ["old"])
  }
}
