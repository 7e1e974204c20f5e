import CZlib
import Foundation
import OctetTraining
import Testing

/// The error that `body` throws, or a failed test.
func dataError(
  _ body: () throws(DataError) -> some Any, sourceLocation: SourceLocation = #_sourceLocation
) -> DataError? {
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
func gzip(_ bytes: [UInt8]) -> [UInt8] {
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

/// A few images of 2 x 3 with every byte different from its neighbours.
func smallSet(count: Int, classes: Int = 10) -> LabeledImages {
  LabeledImages(
    shape: ImageShape(height: 2, width: 3, channels: 1),
    pixels: (0..<count * 6).map { UInt8(truncatingIfNeeded: $0 * 37 + 5) },
    labels: (0..<count).map { UInt8($0 % classes) }, classNames: (0..<classes).map(String.init))
}

extension LabeledImages {
  func isSame(as other: LabeledImages) -> Bool {
    shape == other.shape && pixels == other.pixels && labels == other.labels && classNames == other.classNames
  }
}

/// Where the real MNIST is, if this machine has it.
let realMNIST = ProcessInfo.processInfo.environment["OCTET_MNIST"]
