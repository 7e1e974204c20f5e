/// The numbers that Tools/golden/keras_golden.py filled weights and inputs with, drawn again.
///
/// Every step is exact or rounded once in single precision, so both sides have the same bits.
enum GoldenNumbers {
  /// `count` floats in [0, 1), exact in 24 bits: SplitMix64 from the FNV-1a hash of `name`.
  static func units(_ name: String, count: Int) -> [Float] {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (0..<count).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      word ^= word >> 31
      return Float(word >> 40) * 0x1p-24
    }
  }

  /// First values of the parameter `name`, "conv-1.weight", in one case.
  static func parameter(_ name: String, of golden: String, shape: [Int]) -> [Float] {
    let count = shape.reduce(1, *)
    let units = units("\(golden)/\(name)", count: count)
    switch name.split(separator: ".").last {
    case "weight":
      let limit = (6 / Float(count / (shape.last ?? 1))).squareRoot()
      return units.map { ($0 * 2 - 1) * limit }
    case "scale", "variance": return units.map { $0 + 0.5 }
    default: return units.map { ($0 * 2 - 1) * 0.25 }
    }
  }

  static func pixels(of golden: String, count: Int) -> [UInt8] {
    units("\(golden)/input", count: count).map { UInt8($0 * 256) }
  }
}
