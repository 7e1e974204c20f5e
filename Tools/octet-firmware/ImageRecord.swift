import Octet

/// An image as it goes over the wire; firmware-sim/firmware/ImageSource.swift reads it.
struct ImageRecord {
  let number: UInt32
  /// Whether the firmware counts the instructions of this one.
  let isTimed: Bool
  let pixels: [UInt8]

  private static let mark: UInt32 = 0x474D_494F
  private static let endMark: UInt32 = 0x444E_454F

  static func write(_ records: [ImageRecord], after flips: [FlipRecord] = []) -> [UInt8] {
    var writer = WordWriter()
    for flip in flips { flip.write(to: &writer) }
    for record in records {
      writer.add(mark)
      writer.add(record.number)
      writer.add(record.isTimed ? 1 : 0)
      writer.add(UInt32(record.pixels.count))
      writer.add(record.pixels.checksum)
      writer.add(record.pixels)
    }
    writer.add(endMark)
    return writer.bytes
  }

  static func read(_ bytes: [UInt8], name: String) throws(FirmwareError) -> [ImageRecord] {
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
