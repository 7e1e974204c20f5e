import CZlib
import Foundation
import OctetHost
import Testing

/// A folder of a test's own, which goes when the last reference to it does.
package final class TemporaryFolder: Sendable {
  private let url: URL

  package var path: String { url.path }

  package init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "octet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The name as it is, with a slash at its end or a zero byte in it too.
  package func path(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// Writes a file, and the folders that it is in; gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// The names in the folder, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
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

/// The error that `body` throws, or a failed test.
package func fileError(
  _ body: () throws(FileError) -> some Any, sourceLocation: SourceLocation = #_sourceLocation
) -> FileError? {
  do {
    _ = try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return nil
  } catch {
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    return error
  }
}

/// One gzip member, made by zlib itself.
package func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: bytes.count + 1024)
  let made = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return target.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<made])
}

/// The bytes of a file.
package func fileContents(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

extension RandomStream {
  /// The stream of one test case.
  package static func test(_ path: UInt64...) -> RandomStream {
    RandomStream(seed: path.first ?? 0, purpose: .testing, path.count > 1 ? path[1] : 0)
  }

  package mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  package mutating func floats(_ count: Int, in range: Range<Float> = -1..<1) -> [Float] {
    (0..<count).map { _ in nextFloat(in: range) }
  }
}

/// A ZIP archive of files, stored or deflated, as the format's documents describe it.
package func zip(_ files: [(name: String, bytes: [UInt8])], deflated: Bool = false) -> [UInt8] {
  func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var archive: [UInt8] = []
  var list: [UInt8] = []
  for (name, bytes) in files {
    // A gzip member is a header of ten bytes, the deflated contents, and a trailer of eight.
    let stored = deflated ? Array(gzip(bytes).dropFirst(10).dropLast(8)) : bytes
    let checksum = bytes.withUnsafeBufferPointer { Int(crc32(0, $0.baseAddress, UInt32($0.count))) }
    let common =
      little(20, 2) + little(0, 2) + little(deflated ? 8 : 0, 2) + little(0, 4) + little(checksum, 4)
      + little(stored.count, 4) + little(bytes.count, 4) + little(name.utf8.count, 2)
    list += Array("PK\u{1}\u{2}".utf8) + little(20, 2) + common + little(0, 12)
    list += little(archive.count, 4) + Array(name.utf8)
    archive += Array("PK\u{3}\u{4}".utf8) + common + little(0, 2) + Array(name.utf8) + stored
  }
  let end =
    Array("PK\u{5}\u{6}".utf8) + little(0, 4) + little(files.count, 2) + little(files.count, 2)
    + little(list.count, 4) + little(archive.count, 4) + little(0, 2)
  return archive + list + end
}
