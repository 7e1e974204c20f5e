import Foundation
import OctetHost
import TestSupport
import Testing

struct FolderListingTests {
  @Test
  func `names come in the order of their bytes, hidden ones not at all`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("listing-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var generator = SystemRandomNumberGenerator()
    // Shorter and longer than eight bytes, with common beginnings, beginnings of each other, and bytes above 127.
    var names: Set<String> = [
      "a", "aa", "aaaaaaa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaab", "aaaaaaaaaa", "é", "e\u{301}", "z", "Ärger",
      "中文.png", "a.PNG", ".png", "a.Png", "png", "a.png.gz",
      " ", "~", "-", "aaaaaaaa\u{1}", "aaaaaaa\u{7F}", String(repeating: "x", count: 255),
    ]
    for _ in 0..<300 {
      let length = Int.random(in: 1...12, using: &generator)
      names.insert(String((0..<length).map { _ in "abc".randomElement(using: &generator)! }))
    }
    for name in names { _ = FileManager.default.createFile(atPath: folder + "/" + name, contents: nil) }
    _ = FileManager.default.createFile(atPath: folder + "/.hidden", contents: nil)
    try FileManager.default.createDirectory(atPath: folder + "/within", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "nowhere")
    let expected = names.subtracting([".png"]).union(["within", "link"]).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    let listing = try FolderListing(of: folder)
    #expect((0..<listing.count).map { Array(listing.name($0).utf8) } == expected.map { Array($0.utf8) })
    #expect(try Folder.visibleNames(in: folder).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    for index in 0..<listing.count {
      // Some file systems do not say; a link is never said to be what it leads to.
      let kind = listing.kind(index)
      #expect(Array(listing.path(index).utf8) == Array("\(folder)/\(listing.name(index))".utf8))
      #expect(listing.isPicture(index) == [".png", ".PNG"].contains { listing.name(index).hasSuffix($0) })
      switch listing.name(index) {
      case "within": #expect(kind == nil || kind == .folder)
      case "link": #expect(kind == nil)
      default: #expect(kind == nil || kind == .file)
      }
    }
  }

  @Test
  func `what is no folder is refused`() {
    #expect(throws: FileError.self) { try FolderListing(of: "/dev/null") }
    #expect(throws: FileError.self) { try FolderListing(of: "/no/such/folder") }
    #expect(throws: FileError.self) { try FolderListing(of: "") }
  }
}
