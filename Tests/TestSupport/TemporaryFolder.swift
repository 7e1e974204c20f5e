import Foundation

/// A folder of a test's own, which goes when the last reference to it does.
package final class TemporaryFolder {
  private let url: URL

  package var path: String { url.path }

  package init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "octet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func path(_ name: String) -> String {
    url.appending(path: name).path
  }

  package func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  package func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appending(path: name))
  }

  /// As UTF-8, with whatever is not replaced by marks; nil when there is no such file.
  package func contents(of name: String) throws -> String? {
    try bytes(of: name).map { String(decoding: $0, as: UTF8.self) }
  }

  package func bytes(of name: String) throws -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: path(name)) else { return nil }
    return Array(try Data(contentsOf: url.appending(path: name)))
  }
}
