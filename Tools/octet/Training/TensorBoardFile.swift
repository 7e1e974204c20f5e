import OctetCommandLine
import OctetHost
import OctetText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file of events that TensorBoard reads while it grows.
///
/// It is a TFRecord file: each record has its length in 8 bytes, a check sum of these, the bytes, and their check sum.
/// A record is an Event of TensorFlow's event.proto, in the encoding of protocol buffers.
final class TensorBoardFile {
  private let output: OutputDescriptor
  private let descriptor: Int32
  private var pending: [UInt8] = []
  /// Seconds since 1970.
  private let clock: () -> Double

  /// The end of its name.
  static let ending = ".octet-train"

  /// - Parameter folder: where the file is made; it must be there.
  init(folder: String, clock: @escaping () -> Double = TensorBoardFile.now) throws {
    self.clock = clock
    let start = Int(clock())
    // TensorBoard takes files whose names have "tfevents" in them.
    var number = 0
    var path = ""
    var descriptor: Int32 = -1
    repeat {
      path = Folder.join(folder, "events.out.tfevents.\(start).\(number)\(Self.ending)")
      descriptor = path.withFileName { open($0, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644) }
      number += 1
    } while descriptor == -1 && errno == EEXIST && number < 1000
    guard descriptor >= 0 else {
      throw FileContentError(path: path, reason: "cannot be written (\(String(cString: strerror(errno))))")
    }
    self.descriptor = descriptor
    output = OutputDescriptor(descriptor: descriptor, name: path.shown)
    var event = ProtocolBuffer()
    event.append(1, double: clock())
    event.append(3, bytes: Array("brain.Event:2".utf8))
    add(event)
    try flush()
  }

  deinit { close(descriptor) }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Adds numbers at a step. They are in the file after `flush`.
  func add(_ scalars: [(tag: String, value: Double)], step: Int) {
    var summary = ProtocolBuffer()
    for (tag, value) in scalars {
      var entry = ProtocolBuffer()
      entry.append(1, bytes: Array(tag.utf8))
      entry.append(2, float: Float(value))
      summary.append(1, bytes: entry.bytes)
    }
    var event = ProtocolBuffer()
    event.append(1, double: clock())
    event.append(2, integer: UInt64(step))
    event.append(5, bytes: summary.bytes)
    add(event)
  }

  func flush() throws {
    try output.write(pending)
    pending.removeAll(keepingCapacity: true)
  }

  private func add(_ event: ProtocolBuffer) {
    let length = ProtocolBuffer.littleEndian(UInt64(event.bytes.count))
    pending += length + ProtocolBuffer.littleEndian(CRC32C.masked(length))
    pending += event.bytes + ProtocolBuffer.littleEndian(CRC32C.masked(event.bytes))
  }
}

/// The few kinds of field that events have.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ field: UInt64, integer value: UInt64) {
    varint(field << 3)
    varint(value)
  }

  mutating func append(_ field: UInt64, double value: Double) {
    varint(field << 3 | 1)
    bytes += Self.littleEndian(value.bitPattern)
  }

  mutating func append(_ field: UInt64, float value: Float) {
    varint(field << 3 | 5)
    bytes += Self.littleEndian(value.bitPattern)
  }

  mutating func append(_ field: UInt64, bytes value: [UInt8]) {
    varint(field << 3 | 2)
    varint(UInt64(value.count))
    bytes += value
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// The check sum of TFRecord files: the polynomial of Castagnoli, turned and moved, so that a check sum of data with
/// check sums in it is no special case.
private enum CRC32C {
  private static let table: [UInt32] = (UInt32(0)..<256).map { byte in
    (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  static func masked(_ bytes: [UInt8]) -> UInt32 {
    var state = UInt32.max
    for byte in bytes { state = state >> 8 ^ table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
    let value = ~state
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
