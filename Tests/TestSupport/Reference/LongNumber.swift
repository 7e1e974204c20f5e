/// A number of any length, for tests that must not round: limbs of 32 bits, the lowest first, no zero limb on top.
package struct LongNumber: Comparable {
  private var limbs: [UInt64]

  package init(_ value: Int) { limbs = Self.trimmed([UInt64(value) & 0xFFFF_FFFF, UInt64(value) >> 32]) }

  package init(powerOfTwo exponent: Int) {
    limbs = [UInt64](repeating: 0, count: exponent / 32) + [1 << UInt64(exponent % 32)]
  }

  private init(limbs: [UInt64]) { self.limbs = Self.trimmed(limbs) }

  package static func * (left: LongNumber, right: LongNumber) -> LongNumber {
    var product = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (i, a) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, b) in right.limbs.enumerated() {
        // At most (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1.
        let sum = a * b + product[i + j] + carry
        product[i + j] = sum & 0xFFFF_FFFF
        carry = sum >> 32
      }
      product[i + right.limbs.count] = carry
    }
    return LongNumber(limbs: product)
  }

  package var raisedTo64: LongNumber { (0..<6).reduce(self) { power, _ in power * power } }

  package static func < (left: LongNumber, right: LongNumber) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    return left.limbs.reversed().lexicographicallyPrecedes(right.limbs.reversed())
  }

  private static func trimmed(_ limbs: [UInt64]) -> [UInt64] {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    return limbs
  }
}
