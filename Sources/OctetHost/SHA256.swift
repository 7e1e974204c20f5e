/// The SHA-256 hash (FIPS 180-4) of bytes that may come in pieces of any size.
package struct SHA256: Sendable {
  /// The eight words of the running hash.
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// Bytes that do not fill a block yet; always fewer than `blockLength`.
  private var pending: [UInt8] = []

  private var length: UInt64 = 0

  private static let blockLength = 64

  package init() {}

  /// The hash of `bytes` as 64 lower-case hexadecimal digits.
  package static func hexadecimal(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.absorb(bytes[...])
    return hash.hexadecimal()
  }

  /// Adds `bytes` to what is hashed.
  package mutating func absorb(_ bytes: ArraySlice<UInt8>) {
    length &+= UInt64(bytes.count)
    var rest = bytes
    if !pending.isEmpty {
      let taken = rest.prefix(SHA256.blockLength - pending.count)
      pending += taken
      rest = rest.dropFirst(taken.count)
      guard pending.count == SHA256.blockLength else { return }
      compress(pending[...])
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / SHA256.blockLength * SHA256.blockLength
    compress(rest.prefix(whole))
    pending += rest.dropFirst(whole)
  }

  /// The hash of everything absorbed so far; more may be absorbed after it.
  package func hexadecimal() -> String {
    var last = self
    // A one bit, zeros up to 8 bytes short of a block, then the length in bits, big-endian.
    let zeros = (2 * SHA256.blockLength - 9 - pending.count) % SHA256.blockLength
    var padding: [UInt8] = [0x80] + [UInt8](repeating: 0, count: zeros)
    let bits = length &* 8
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    last.absorb(padding[...])
    return last.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Folds whole blocks into the state.
  private mutating func compress(_ blocks: ArraySlice<UInt8>) {
    var schedule = [UInt32](repeating: 0, count: 64)
    for start in stride(from: blocks.startIndex, to: blocks.endIndex, by: SHA256.blockLength) {
      for index in 0..<16 {
        let at = start + 4 * index
        let high = UInt32(blocks[at]) << 24 | UInt32(blocks[at + 1]) << 16
        schedule[index] = high | UInt32(blocks[at + 2]) << 8 | UInt32(blocks[at + 3])
      }
      for index in 16..<64 {
        let early = schedule[index - 15]
        let late = schedule[index - 2]
        let mixedEarly = rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)
        let mixedLate = rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10)
        schedule[index] = schedule[index - 16] &+ mixedEarly &+ schedule[index - 7] &+ mixedLate
      }
      rounds(schedule)
    }
  }

  private mutating func rounds(_ schedule: [UInt32]) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let choice = (e & f) ^ (~e & g)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      let first =
        h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ choice &+ roundConstants[index]
        &+ schedule[index]
      let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
}

/// The first 32 bits of the fractions of the cube roots of the first 64 primes.
private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
  0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
  0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
  0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
  0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
  0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
  0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
