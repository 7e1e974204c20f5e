import Board
import Octet

/// The file `results` of the host, in words. Every record ends with the CRC-32 of its words before.
struct ResultFile: ~Copyable {
  private let file: HostFile
  private var checksum = Checksum()

  static let imageMark: UInt32 = 0x5345_524F
  static let endMark: UInt32 = 0x444E_454F
  static let flipMark: UInt32 = 0x504C_464F

  init() {
    guard let file = HostFile("results", mode: 5) else {
      Failure.stop("the host cannot write the file 'results'")
    }
    self.file = file
  }

  @inline(never)
  mutating func add(_ word: UInt32) {
    withUnsafeBytes(of: word) { checksum.add($0.bytes) }
    guard file.write(word) else { Failure.stop("the results cannot be written") }
  }

  mutating func endRecord() {
    guard file.write(checksum.value) else { Failure.stop("the results cannot be written") }
    checksum = Checksum()
  }
}
