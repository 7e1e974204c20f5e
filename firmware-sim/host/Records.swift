import Octet
import OctetHost

/// An image as it goes over the wire; firmware-sim/firmware/ImageSource.swift reads it.
struct ImageRecord {
  let number: UInt32
  /// Whether the firmware counts the instructions of this one.
  let isTimed: Bool
  let pixels: [UInt8]

  private static let mark: UInt32 = 0x474D_494F
  private static let endMark: UInt32 = 0x444E_454F

  /// - Parameters:
  ///   - flips: come before the images.
  ///   - areAligned: whether each starts at a multiple of 4, as what is read where it is must.
  static func write(
    _ records: [ImageRecord], after flips: [FlipRecord] = [], areAligned: Bool = false
  ) -> [UInt8] {
    var writer = WordWriter()
    for flip in flips { flip.write(to: &writer) }
    for record in records {
      writer.add(mark)
      writer.add(record.number)
      writer.add(record.isTimed ? 1 : 0)
      writer.add(UInt32(record.pixels.count))
      writer.add(record.pixels.checksum)
      writer.add(record.pixels)
      if areAligned { writer.add([UInt8](repeating: 0, count: -record.pixels.count & 3)) }
    }
    writer.add(endMark)
    return writer.bytes
  }

  static func read(
    _ bytes: [UInt8], name: String, areAligned: Bool = false
  ) throws(FirmwareError) -> [ImageRecord] {
    var reader = WordReader(bytes, name: name)
    var records: [ImageRecord] = []
    while true {
      let next = try reader.word()
      if next == FlipRecord.mark {
        _ = try reader.bytes(12)
        continue
      }
      guard next == mark else { break }
      let number = try reader.word()
      let isTimed = try reader.word() != 0
      let count = try reader.word()
      let expected = try reader.word()
      let pixels = Array(try reader.bytes(Int(count)))
      if areAligned { _ = try reader.bytes(-Int(count) & 3) }
      guard pixels.checksum == expected else {
        throw FirmwareError("\(name): image \(number) is damaged")
      }
      records.append(ImageRecord(number: number, isTimed: isTimed, pixels: pixels))
    }
    return records
  }
}

extension Sequence<UInt8> {
  /// The CRC-32 of the bytes.
  var checksum: UInt32 {
    var checksum = Checksum()
    checksum.add(Array(self).span.bytes)
    return checksum.value
  }
}

/// True classes on their way from `prepare` to `report`: a word for each image.
enum LabelRecord {
  private static let unknown = UInt32.max

  static func write(_ labels: [Int?]) -> [UInt8] {
    var writer = WordWriter()
    for label in labels { writer.add(label.map { UInt32($0) } ?? unknown) }
    return writer.bytes
  }

  static func read(_ bytes: [UInt8], name: String) throws(FirmwareError) -> [Int?] {
    var reader = WordReader(bytes, name: name)
    var labels: [Int?] = []
    while reader.position < bytes.count {
      let word = try reader.word()
      labels.append(word == unknown ? nil : Int(word))
    }
    return labels
  }
}

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
