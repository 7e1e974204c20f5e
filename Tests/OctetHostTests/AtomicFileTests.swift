import Foundation
import OctetHost
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func `writes new and replaces old`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.bin")
    try AtomicFile.write(path: path, bytes: [1, 2, 3])
    #expect(try fileContents(path) == [1, 2, 3])
    try AtomicFile.write(path: path, bytes: [])
    #expect(try fileContents(path) == [])
    #expect(try folder.names() == ["model.bin"])
  }

  @Test func `parts follow each other`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("parts")
    let large = [UInt8](repeating: 7, count: 3 << 20)
    let words: [UInt32] = [0x0403_0201]
    try AtomicFile.write(path: path) { (file) throws(FileError) in
      try file.append([1, 2])
      try file.append([])
      try file.append(large)
      try file.append(words.span.bytes)
    }
    #expect(try fileContents(path) == [1, 2] + large + [1, 2, 3, 4])
  }

  @Test func `new files follow the mask and old ones keep their mode`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("mode")
    try AtomicFile.write(path: path, bytes: [1])
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Umask:") })
    let mask = try #require(Int(line.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8))
    #expect(try mode(path) == 0o644 & ~mask)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try AtomicFile.write(path: path, bytes: [2])
    #expect(try mode(path) == 0o600)
  }

  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func `links are not followed`() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(path: folder.path("real"), bytes: [1])
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
    #expect(throws: FileError(link, cannotBe: .written, code: ELOOP)) {
      try AtomicFile.write(path: link, bytes: [2])
    }
    #expect(throws: FileError(link, cannotBe: .written, code: ELOOP)) {
      try AtomicFile.requireWritable(path: link)
    }
    #expect(
      FileError("x", cannotBe: .written, code: ELOOP).description
        == "x: is a symbolic link, which output never follows; name what it leads to, or remove the link"
    )
    #expect(try fileContents(folder.path("real")) == [1])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real")

    try FileManager.default.createSymbolicLink(atPath: folder.path("nowhere"), withDestinationPath: "gone")
    #expect(throws: FileError(folder.path("nowhere"), cannotBe: .written, code: ELOOP)) {
      try AtomicFile.write(path: folder.path("nowhere"), bytes: [3])
    }
    #expect(try folder.names() == ["link", "nowhere", "real"])
    // A link to a device is none of the names that stand for open descriptors.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("device"), withDestinationPath: "/dev/null")
    #expect(throws: FileError(folder.path("device"), cannotBe: .written, code: ELOOP)) {
      try AtomicFile.write(path: folder.path("device"), bytes: [3])
    }
    // On the way to the file links are as good as folders.
    try FileManager.default.createSymbolicLink(atPath: folder.path("way"), withDestinationPath: ".")
    try AtomicFile.write(path: folder.path("way/real"), bytes: [4])
    #expect(try fileContents(folder.path("real")) == [4])
  }

  @Test func `a name in the working folder needs no slash`() throws {
    let folder = try TemporaryFolder()
    // The longest name that a file can have, made of characters of several bytes.
    let name = String(repeating: "é", count: 127)
    try AtomicFile.write(path: folder.path(name), bytes: [1])
    #expect(try folder.names() == [name])
    #expect(FileError("x.bin", cannotBe: .written, code: ENOENT).description.contains("mkdir -p \".\""))
    #expect(FileError("/x.bin", cannotBe: .written, code: ENOENT).description.contains("mkdir -p \"/\""))
  }

  @Test func `remains of a killed process are removed and others stay`() throws {
    let folder = try TemporaryFolder()
    let stay = [
      ".model.1.tmp.old", ".model.x.tmp", ".model..tmp", ".model.tmp", ".other.999999999.tmp",
      ".model.1.2.3.tmp",
      "model.1.tmp",
    ]
    let go = [".model.999999999.tmp", ".model.1.tmp", ".model.77.2.tmp", ".model.\(getpid()).tmp"]
    for name in stay + go { try Data([9]).write(to: URL(fileURLWithPath: folder.path(name))) }
    // One that its writer, still at work, holds.
    let held = ".model.5.tmp"
    let descriptor = open(folder.path(held), O_RDWR | O_CREAT, 0o644)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)

    try AtomicFile.write(path: folder.path("model"), bytes: [1])
    #expect(try folder.names() == (stay + [held, "model"]).sorted())
  }

  @Test func `a finished file gets its name`() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "file")
    try AtomicFile.rename(folder.write("new", to: "file.part"), to: folder.path("file"))
    #expect(try folder.names() == ["file"])
    #expect(try folder.contents(of: "file") == "new")
    #expect(throws: FileError(folder.path("none"), cannotBe: .read, code: ENOENT)) {
      try AtomicFile.rename(folder.path("none"), to: folder.path("file"))
    }
  }

  @Test func `writers of one target do not mix`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("shared")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<16 {
        group.addTask {
          for _ in 0..<8 {
            try AtomicFile.write(path: path) { (file) throws(FileError) in
              for _ in 0..<4 { try file.append([UInt8](repeating: UInt8(writer), count: 20_000)) }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let bytes = try fileContents(path)
    #expect(bytes.count == 80_000)
    #expect(Set(bytes).count == 1)
    #expect(try folder.names() == ["shared"])
  }
}

@Suite struct AtomicFolderTests {
  @Test func `appears with all that is in it`() throws {
    let folder = try TemporaryFolder()
    try AtomicFolder.write(path: folder.path("new/deep")) { target in
      try target.addFolder("a")
      try target.addFile("a/1", [1, 2, 3])
      try target.addFile("2", [])
      #expect(!FileManager.default.fileExists(atPath: folder.path("new/deep")))
    }
    #expect(try folder.bytes(of: "new/deep/a/1") == [1, 2, 3])
    #expect(try folder.bytes(of: "new/deep/2") == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("new")) == ["deep"])
  }

  @Test func `what the caller throws undoes all`() throws {
    let folder = try TemporaryFolder()
    let reason = FileError("x", "is wrong", advice: "mend it")
    #expect(throws: reason) {
      try AtomicFolder.write(path: folder.path("new")) { target in
        try target.addFile("1", [1])
        throw reason
      }
    }
    #expect(try folder.names() == [])
  }

  @Test func `neither a file nor a full folder is replaced`() throws {
    let folder = try TemporaryFolder()
    try folder.write("text", to: "file")
    try folder.write("text", to: "full/file")
    for name in ["file", "full"] {
      #expect(throws: FileError.self) { try AtomicFolder.write(path: folder.path(name)) { _ in } }
    }
    #expect(try folder.names() == ["file", "full"])
    #expect(throws: FileError(folder.path("new/1"), cannotBe: .written, code: EEXIST)) {
      try AtomicFolder.write(path: folder.path("new")) { target in
        try target.addFile("1", [1])
        try target.addFile("1", [2])
      }
    }
  }

  @Test func `remains of a killed process are removed`() throws {
    let folder = try TemporaryFolder()
    try folder.write("1", to: ".new.999999999.tmp/1")
    try folder.write("1", to: ".new.x.tmp/1")
    try AtomicFolder.write(path: folder.path("new")) { _ in }
    #expect(try folder.names() == [".new.x.tmp", "new"])
  }
}
