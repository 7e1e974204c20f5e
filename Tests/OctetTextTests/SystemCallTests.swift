import Foundation
import Testing

/// Every call that gives the system a path gets it from `withFileName`: any other form is not found where its name is
/// no UTF-8, and nothing else would show it.
@Suite struct SystemCallTests {
  private static let names =
    "open|stat|lstat|access|opendir|mkdir|unlink|rmdir|rename|realpath"
  /// Such a call, but for an empty structure, a closure's argument, and a text of the program's own.
  private static let calls = try? NSRegularExpression(
    pattern: #"(?<![.\w])("# + names + #")\((?!\)|\$0|old, \$0|")"#)

  @Test func `paths go through one function`() throws {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let root = here.appending(path: "../..").standardizedFileURL
    let calls = try #require(Self.calls)
    var files = 0
    for folder in ["Sources", "Tools"] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      for name in names where name.hasSuffix(".swift") {
        let text = try String(contentsOf: root.appending(path: "\(folder)/\(name)"), encoding: .utf8)
        guard text.contains("import Glibc") else { continue }
        files += 1
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
          let code = line.components(separatedBy: "//")[0]
          if code.contains("func ") { continue }
          let found = calls.firstMatch(in: code, range: NSRange(code.startIndex..., in: code))
          #expect(found == nil, "\(folder)/\(name), line \(index + 1): \(line)")
        }
      }
    }
    #expect(files > 15)
  }
}
