import OctetData

extension LabeledImages {
  /// A short text that differs between sets of images: counts, shape, and a 64-bit FNV-1a hash of class names, labels
  /// and pixels. It tells a mistake from the right data; it does not withstand someone who wants it to match.
  package var fingerprint: String {
    var hash = FNV1a()
    for name in classNames {
      hash.add(name.utf8)
      // No UTF-8 text has this byte, so names cannot run together.
      hash.add(CollectionOfOne(0xFF))
    }
    hash.add(labels)
    hash.add(pixels)
    let digits = String(hash.value, radix: 16)
    let padded = String(repeating: "0", count: 16 - digits.count) + digits
    return "\(count) images of \(shape), \(classNames.count) classes, fnv1a \(padded)"
  }
}

private struct FNV1a {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}
