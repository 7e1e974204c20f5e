import Foundation
import OctetHost
import OctetText
import TestSupport
import Testing

@Suite struct ByteFileTests {
  @Test func `reads a file as it is or unpacked`() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) }
    #expect(try ByteFile.contents(at: folder.write(bytes, to: "plain")) == bytes)
    #expect(try ByteFile.contents(at: folder.write(gzip(bytes), to: "packed")) == bytes)
    #expect(try ByteFile.stored(at: folder.write(gzip(bytes), to: "packed")) == gzip(bytes))
    #expect(try ByteFile.contents(at: folder.write([], to: "empty")) == [])
    #expect(try ByteFile.contents(at: folder.write(gzip([]), to: "packed nothing")) == [])
    for name in ["plain", "packed", "empty", "packed nothing"] {
      let block = try ByteFile.block(at: folder.path + "/" + name)
      #expect(try Array(block.bytes) == ByteFile.contents(at: folder.path + "/" + name))
      #expect(block.count == block.bytes.count)
      #expect(UInt(bitPattern: block.bytes.baseAddress) % 64 == 0)
    }
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
  func `reads every byte`(count: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let path = try folder.write(bytes, to: "x")
    #expect(try ByteFile.stored(at: path, limit: count) == bytes)
    guard count > 0 else { return }
    let error = fileError { () throws(FileError) in try ByteFile.stored(at: path, limit: count - 1) }
    #expect(error?.problem == "holds \(count) bytes, and the limit is \(count - 1)")
  }

  @Test func `a missing file is not a broken one`() throws {
    let folder = try TemporaryFolder()
    #expect(
      fileError { () throws(FileError) in try ByteFile.stored(at: folder.path("no")) }?.isMissing == true)
    #expect(fileError { () throws(FileError) in try ByteFile.stored(at: folder.path) }?.isMissing == false)
  }

  @Test func `a file that says it is empty is read to its end`() throws {
    #expect(try !ByteFile.stored(at: "/proc/self/status", limit: 1 << 20).isEmpty)
  }

  @Test func `the start of a file`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3, 4, 5], to: "five")
    let (bytes, size) = try ByteFile.start(of: path, count: 3)
    #expect(bytes == [1, 2, 3] && size == 5)
    #expect(try ByteFile.start(of: path, count: 64).bytes == [1, 2, 3, 4, 5])
  }

  @Test func `names of files cannot steer the terminal`() {
    #expect("a\u{1B}[2Jb\nc\u{202E}".quoted == #""a\u{1b}[2Jb\u{a}c\u{202e}""#)
    #expect(String(repeating: "é", count: 500).quoted.count == 83)
  }

  @Test func `refuses what is not a file`() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(
      fileError { () throws(FileError) in try ByteFile.contents(at: pipe) }?.problem.contains("pipe") == true)
    #expect(
      fileError { () throws(FileError) in try ByteFile.contents(at: folder.path) }?.problem.contains(
        "is a folder")
        == true)
    let missing = folder.path + "/missing"
    #expect(
      fileError { () throws(FileError) in try ByteFile.contents(at: missing) }?.description
        == "\(missing): cannot be read (No such file or directory); check the path")
    for bad in ["", "a\0b"] {
      #expect(fileError { () throws(FileError) in try ByteFile.contents(at: bad) } != nil)
    }
    for bad in [pipe, folder.path, missing, "", "a\0b", "/dev/null"] {
      let one = fileError { () throws(FileError) in _ = try ByteFile.contents(at: bad) }
      #expect(one == fileError { () throws(FileError) in _ = try ByteFile.block(at: bad) })
    }
    #expect(
      fileError { () throws(FileError) in try ByteFile.contents(at: "/dev/null") }?.problem.contains("device")
        == true)
  }

  @Test func `refuses an unreadable file`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3], to: "secret")
    chmod(path, 0)
    // The superuser may read everything; there is nothing to see then.
    guard access(path, R_OK) != 0 else { return }
    let problem = fileError { () throws(FileError) in try ByteFile.contents(at: path) }?.problem
    #expect(problem?.contains("Permission denied") == true)
  }

  @Test func `keeps to the limit`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 7, count: 10), to: "ten")
    #expect(try ByteFile.contents(at: path, limit: 10).count == 10)
    #expect(fileError { () throws(FileError) in try ByteFile.contents(at: path, limit: 9) } != nil)
    #expect(fileError { () throws(FileError) in try ByteFile.stored(at: path, limit: 9) } != nil)
  }

  @Test func `an error stays on one line`() {
    let error = FileError(
      "a\nb", at: .field(line: 3, column: 4), "has \u{1b}[31m in it\u{2028}", advice: "do\r\nthis")
    #expect(
      error.description == "a\\u{a}b, line 3, column 4: has \\u{1b}[31m in it\\u{2028}; do\\u{d}\\u{a}this")
  }
}

@Suite struct GzipTests {
  private func inflate(_ bytes: [UInt8], limit: Int = 1000) throws(FileError) -> [UInt8] {
    try Gzip.inflate(bytes, file: "f.gz", limit: limit)
  }

  @Test func `joins members`() throws {
    #expect(try inflate(gzip([1, 2, 3]) + gzip([]) + gzip([4, 5])) == [1, 2, 3, 4, 5])
  }

  @Test func `every truncation is an error`() throws {
    let packed = gzip((0..<200).map { UInt8(truncatingIfNeeded: $0 * 91) })
    for length in 0..<packed.count {
      let error = fileError { () throws(FileError) in try inflate(Array(packed[..<length])) }
      #expect(error?.problem.contains("cut short") == true, "\(length)")
    }
  }

  @Test func `every flipped byte is an error or harmless`() throws {
    let contents = (0..<200).map { UInt8(truncatingIfNeeded: $0 * 91) }
    let packed = gzip(contents)
    var refused = 0
    for index in packed.indices {
      for flip in [UInt8(1), 0x80, 0xFF] {
        var broken = packed
        broken[index] ^= flip
        do {
          // Header bytes such as the time are not covered by the checksum; the contents are.
          #expect(try inflate(broken) == contents)
        } catch { refused += 1 }
      }
    }
    #expect(refused > packed.count * 2)
  }

  @Test func `rubbish after the end is an error`() {
    let packed = gzip([1, 2, 3])
    for rubbish in [[0], [0x1F], [0x1F, 0x8B], [1, 2, 3, 4]] as [[UInt8]] {
      #expect(fileError { () throws(FileError) in try inflate(packed + rubbish) } != nil)
    }
    let error = fileError { () throws(FileError) in try inflate(packed + [9, 9]) }
    #expect(
      error?.problem.contains("2 bytes after the end of its gzip data, at byte \(packed.count)") == true)
  }

  @Test func `a bomb stops at the limit`() {
    let bomb = gzip([UInt8](repeating: 0, count: 5_000_000))
    let error = fileError { () throws(FileError) in try inflate(bomb, limit: 999_999) }
    #expect(error?.problem == "unpacks to more than the 999999 bytes that are expected")
    #expect(fileError { () throws(FileError) in try inflate(bomb, limit: 0) } != nil)
    #expect(fileError { () throws(FileError) in try inflate(bomb, limit: 4_999_999) } != nil)
    #expect((try? inflate(bomb, limit: 5_000_000))?.count == 5_000_000)
  }

  @Test func `a prefix unpacks no more`() throws {
    let packed = gzip((0..<100).map { UInt8($0) })
    #expect(try Gzip.prefix(packed, file: "f", count: 4) == [0, 1, 2, 3])
    #expect(try Gzip.prefix(packed, file: "f", count: 0) == [])
    #expect(try Gzip.prefix(packed, file: "f", count: 1000).count == 100)
    // The damage lies behind the prefix.
    #expect(try Gzip.prefix(packed + [1], file: "f", count: 4) == [0, 1, 2, 3])
  }
}
