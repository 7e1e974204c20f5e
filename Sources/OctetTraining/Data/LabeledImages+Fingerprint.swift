import CZlib

extension LabeledImages {
  /// Tells one set of images from another: their number, shape, classes, and a checksum of pixels and labels.
  package var fingerprint: String {
    // zlib's lengths are 32 bits, so long runs are fed to it in pieces.
    func add(_ bytes: [UInt8], to sum: UInt) -> UInt {
      bytes.withUnsafeBufferPointer { buffer in
        var sum = sum
        var rest = buffer[...]
        while !rest.isEmpty {
          let piece = rest.prefix(1 << 28)
          sum = crc32(sum, UnsafeBufferPointer(rebasing: piece).baseAddress, UInt32(piece.count))
          rest = rest.dropFirst(piece.count)
        }
        return sum
      }
    }
    let sum = add(labels, to: add(pixels, to: 0))
    return
      "\(count) images \(shape), classes \(classNames.joined(separator: " ")), crc32 \(String(sum, radix: 16))"
  }
}
