/// Gives structures of an HDF5 file their checksums again after they were changed, so that a change reaches what reads
/// their fields.
struct HDF5Mending {
  /// The structures whose size is known from their beginning, without their checksums.
  let structures: [Range<Int>]

  init(_ file: [UInt8]) {
    func word(_ place: Int) -> [UInt8] { Array(file[place..<place + 4]) }
    let sizes = ["FRHP": 142, "BTHD": 34, "FAHD": 24, "EAHD": 68]
    let signatures = Dictionary(uniqueKeysWithValues: sizes.map { (Array($0.utf8), $1) })
    var structures = [0..<44]
    for place in 0..<file.count - 150 {
      if let size = signatures[word(place)] { structures.append(place..<place + size) }
      if word(place) == Array("OHDR".utf8) {
        let flags = file[place + 5]
        let start = place + 6 + (flags & 0x20 == 0 ? 0 : 16) + (flags & 0x10 == 0 ? 0 : 4)
        let bytes = 1 << Int(flags & 3)
        let size = file[start..<start + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        structures.append(place..<start + bytes + size)
      }
    }
    // What only looks like a structure has no checksum.
    self.structures = structures.filter { structure in
      structure.upperBound + 4 <= file.count && structure.count > 20
        && Self.sum(file[structure]) == Array(file[structure.upperBound..<structure.upperBound + 4])
    }
  }

  func mend(_ structure: Range<Int>, of file: inout [UInt8]) {
    file.replaceSubrange(structure.upperBound..<structure.upperBound + 4, with: Self.sum(file[structure]))
  }

  /// The function hashlittle of Bob Jenkins' lookup3 with a start of zero, as four bytes.
  private static func sum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var state = [UInt32](repeating: 0xDEAD_BEEF &+ UInt32(bytes.count), count: 3)
    func turned(_ word: Int, _ bits: UInt32) -> UInt32 { state[word] << bits | state[word] >> (32 - bits) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let block = Array(rest.prefix(12)) + [UInt8](repeating: 0, count: 12 - min(12, rest.count))
      for (index, byte) in block.enumerated() { state[index / 4] &+= UInt32(byte) << UInt32(8 * (index % 4)) }
      guard rest.count > 12 else {
        for (word, other, bits) in [
          (2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24),
        ] as [(Int, Int, UInt32)] {
          state[word] = (state[word] ^ state[other]) &- turned(other, bits)
        }
        break
      }
      for (index, bits) in ([4, 6, 8, 16, 19, 4] as [UInt32]).enumerated() {
        let (word, other) = (index % 3, (index + 2) % 3)
        state[word] = (state[word] &- state[other]) ^ turned(other, bits)
        state[other] &+= state[(index + 1) % 3]
      }
      rest = rest.dropFirst(12)
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: state[2] >> UInt32(8 * $0)) }
  }
}
