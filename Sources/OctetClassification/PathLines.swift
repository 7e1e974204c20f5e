import OctetText

/// Paths that come as one stream of bytes, one after another, each ended by a separator.
///
/// Holds no more than one path and what was read with it.
package struct PathLines: Sendable {
  package enum Line: Equatable, Sendable {
    case path(String)
    /// What stands there cannot be a path; its beginning is given.
    case tooLong(start: String)
  }

  private let separator: UInt8
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The longest path that Linux takes is 4,096 bytes.
  package static let longest = 65_536
  /// Bytes that are read at a time.
  private static let step = 8_192

  package init(separator: UInt8) { self.separator = separator }

  /// - Parameter read: fills the bytes it is given from their start and says how many came; 0 at the end, and nothing
  ///   good below that, which is taken for the end.
  package mutating func next(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Line? {
    // Up to here there is no separator, so that a long path is not searched again and again.
    var searched = start
    while true {
      while searched < buffer.count, buffer[searched] != separator { searched += 1 }
      if searched < buffer.count {
        let line = start..<searched
        start = searched + 1
        searched = start
        if !line.isEmpty { return Self.line(buffer[line]) }
      } else if isAtEnd {
        let rest = start..<buffer.count
        start = buffer.count
        return rest.isEmpty ? nil : Self.line(buffer[rest])
      } else {
        searched = fill(read)
      }
    }
  }

  private static func line(_ bytes: ArraySlice<UInt8>) -> Line {
    if bytes.count > longest { return .tooLong(start: String(fileName: bytes.prefix(60))) }
    return .path(String(fileName: bytes))
  }

  /// Moves the rest to the front and reads more behind it. Of what is too long only so much is kept that this can be
  /// told.
  ///
  /// - Returns: how many bytes were kept.
  private mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    buffer.removeSubrange(..<start)
    start = 0
    if buffer.count > Self.longest { buffer.removeSubrange((Self.longest + 1)...) }
    let kept = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.step))
    let got = buffer.withUnsafeMutableBytes { read(UnsafeMutableRawBufferPointer(rebasing: $0[kept...])) }
    isAtEnd = got <= 0
    buffer.removeSubrange((kept + max(0, min(got, Self.step)))...)
    return kept
  }
}
