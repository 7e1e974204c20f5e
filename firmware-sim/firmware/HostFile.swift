import Board

/// A file of the host, opened over semihosting. Words are little-endian, as every core here is.
struct HostFile {
  private let handle: UInt32

  /// Modes are numbered as C's: 1 is "rb", 5 is "wb". Nil if the host cannot open it.
  init?(_ name: StaticString, mode: UInt32) {
    var arguments: InlineArray<3, UInt32> = [
      UInt32(UInt(bitPattern: name.utf8Start)), mode, UInt32(name.utf8CodeUnitCount),
    ]
    let handle = withUnsafeMutableBytes(of: &arguments) {
      core_semihosting(Semihosting.open, $0.baseAddress)
    }
    guard handle >= 0 else { return nil }
    self.handle = UInt32(truncatingIfNeeded: handle)
  }

  /// Bytes that were not read or written: 0 if all went well.
  private func transfer(_ operation: UInt32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
    var arguments: InlineArray<3, UInt32> = [
      handle, UInt32(UInt(bitPattern: bytes.baseAddress)), UInt32(bytes.count),
    ]
    return withUnsafeMutableBytes(of: &arguments) { core_semihosting(operation, $0.baseAddress) }
  }

  /// Whether so many bytes were there.
  func read(into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    bytes.isEmpty || transfer(Semihosting.read, bytes) == 0
  }

  func write(_ word: UInt32) -> Bool {
    var word = word
    return withUnsafeMutableBytes(of: &word) { transfer(Semihosting.write, $0) == 0 }
  }
}
