import CZlib

/// A ZIP archive of files that are stored as they are, which NumPy's .npz files are.
package struct ZIPWriter {
  /// An archive has at most 2^32 - 1 bytes, and no file of it as many.
  package static let largest = Int(UInt32.max)

  private var bytes: [UInt8] = []
  /// The list of files that ends the archive.
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  package init() {}

  /// - Parameter name: plain text without slashes.
  package mutating func add(_ contents: [UInt8], name: String) {
    let start = UInt32(bytes.count)
    let checksum = contents.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    // Version 2.0, the flag of names in UTF-8, stored, midnight of the first day of 1980: the same files are the same
    // bytes.
    let entry =
      Self.little(UInt16(20), UInt16(0x800), UInt16(0), UInt16(0), UInt16(0x21))
      + Self.little(UInt32(checksum), UInt32(contents.count), UInt32(contents.count))
      + Self.little(UInt16(name.utf8.count), UInt16(0))
    bytes += [0x50, 0x4B, 3, 4] + entry + Array(name.utf8) + contents
    directory +=
      [0x50, 0x4B, 1, 2] + Self.little(UInt16(20)) + entry
      + Self.little(UInt16(0), UInt16(0), UInt16(0)) + Self.little(UInt32(0), start) + Array(name.utf8)
    count += 1
  }

  /// The finished archive; nil where it would have too many bytes.
  package var file: [UInt8]? {
    guard bytes.count + directory.count < Self.largest - 22 else { return nil }
    return bytes + directory + [0x50, 0x4B, 5, 6] + Self.little(UInt16(0), UInt16(0), count, count)
      + Self.little(UInt32(directory.count), UInt32(bytes.count)) + Self.little(UInt16(0))
  }

  private static func little<Number: FixedWidthInteger>(_ numbers: Number...) -> [UInt8] {
    numbers.flatMap { number in
      (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
  }
}
