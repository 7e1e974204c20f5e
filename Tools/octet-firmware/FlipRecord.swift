import Octet
import OctetHost

/// Bits of the model that the firmware turns over, to see that its loader judges as the host's does;
/// firmware-sim/firmware/ModelFlip.swift reads it.
struct FlipRecord {
  let offset: Int
  let mask: UInt8
  /// Whether the check sum is made to fit again.
  let isMended: Bool

  static let mark: UInt32 = 0x504C_464F

  /// Half of them among the records at the start, where the rules are; one in four leaves the check sum as it is.
  static func draw(_ count: Int, modelBytes: Int) -> [FlipRecord] {
    var random = RandomStream(seed: 1, purpose: .selection, 0xF1)
    let records = min(modelBytes, 48 + 40 * 12)
    return (0..<count).map { index in
      FlipRecord(
        offset: Int.random(in: 0..<(index % 2 == 0 ? records : modelBytes), using: &random),
        mask: index % 3 == 0 ? 0xFF : 1 << UInt8.random(in: 0..<8, using: &random), isMended: index % 4 != 0)
    }
  }

  func write(to writer: inout WordWriter) {
    writer.add(Self.mark)
    writer.add(UInt32(offset))
    writer.add(UInt32(mask))
    writer.add(isMended ? 1 : 0)
  }

  /// What the host's loader says.
  func judge(_ file: [UInt8]) -> ModelError? {
    var file = file
    file[offset] ^= mask
    if isMended {
      withUnsafeBytes(of: file[16...].checksum.littleEndian) { file.replaceSubrange(12..<16, with: $0) }
    }
    do throws(ModelError) {
      _ = try Model(copying: file)
      return nil
    } catch {
      return error
    }
  }
}
