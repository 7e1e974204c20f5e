/// Runs an .octet file layer by layer over whole feature maps, in plain 64-bit integers, written from docs/NUMERICS.md
/// and docs/FORMAT.md and from nothing else. It shares no code with the quantizer or the runtime, so whatever both
/// agree on with it was understood three times from the same pages.
package struct WholeLayerReference {
  /// The results for one image.
  package struct Outcome {
    /// The input, then the output of each layer: rows from top to bottom, pixels from left to right, channels in order.
    package let tensors: [[Int]]
    /// One for each layer.
    package let checkSums: [UInt32]
    package let predictedClass: Int
    /// In 1/65,536, one for each logit; empty with a linear head.
    package let probabilities: [Int]

    package var logits: [Int] { tensors[tensors.count - 1] }
  }

  let file: WholeLayerFile

  package init(_ bytes: [UInt8]) { file = WholeLayerFile(bytes) }

  package var labels: [String] { file.labels }
  package var arenaBytes: Int { file.arenaBytes }

  /// - Parameter pixels: as they are stored, row by row, channels last.
  package func run(_ pixels: [UInt8]) -> Outcome {
    var tensors = [pixels.map { Int($0) - 128 }]
    var checkSums: [UInt32] = []
    for (index, layer) in file.layers.enumerated() {
      let step = WholeLayerStep(file: file, layer: layer, output: file.tensors[index + 1])
      let values = step.compute(tensors[layer.first], tensors[layer.second])
      tensors.append(values)
      let size = file.tensors[index + 1].elementBytes
      let bytes = values.flatMap { value in (0..<size).map { UInt8((value >> (8 * $0)) & 255) } }
      checkSums.append(UInt32(Self.checkSum(bytes[...])))
    }
    let logits = tensors[tensors.count - 1]
    return Outcome(
      tensors: tensors, checkSums: checkSums, predictedClass: predictedClass(logits),
      probabilities: probabilities(logits))
  }

  private var zeroPointOfLogits: Int { file.tensors[file.tensors.count - 1].zeroPoint }

  private func predictedClass(_ logits: [Int]) -> Int {
    if logits.count == 1 { return logits[0] > zeroPointOfLogits ? 1 : 0 }
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best
  }

  private func probabilities(_ logits: [Int]) -> [Int] {
    func share(_ part: Int, _ whole: Int) -> Int { (part * 131_072 + whole) / (2 * whole) }
    switch file.head {
    case 1:
      let largest = logits.max() ?? 0
      let powers = logits.map { power(largest - $0) }
      let sum = powers.reduce(0, +)
      return powers.map { share($0, sum) }
    case 2:
      return logits.map { logit in
        let x = logit - zeroPointOfLogits
        let one = 4_194_304
        return x >= 0 ? share(one, one + power(x)) : share(power(-x), one + power(-x))
      }
    default: return []
    }
  }

  private func power(_ distance: Int) -> Int {
    let exponent = min(distance * file.step / 256, 4_294_967_295)
    let whole = exponent / 65_536
    let fraction = exponent % 65_536
    let place = fraction / 1024
    let rest = fraction % 1024
    if whole > 22 { return 0 }
    let here = Self.powers[place]
    let next = Self.powers[place + 1]
    return (here - ((here - next) * rest + 512) / 1024) >> whole
  }

  /// `round(2^22 * 2^(-i / 64))`, each found by integers alone: 2 v is the odd number nearest to the real value's
  /// double, which `v^64` against `2^(22 * 64 - i)` decides, compared here as repeated squares in long arithmetic.
  static let powers: [Int] = (0...64).map { index in
    var low = 1 << 21
    var high = 1 << 22
    // The largest v with (2 v - 1)^64 <= 2^(23 * 64 - i).
    while low < high {
      let middle = (low + high + 1) / 2
      if LongNumber(2 * middle - 1).raisedTo64 <= LongNumber(powerOfTwo: 23 * 64 - index) {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return low
  }

  static func checkSum(_ bytes: ArraySlice<UInt8>) -> Int {
    var rest = 0xFFFF_FFFF
    for byte in bytes {
      rest ^= Int(byte)
      for _ in 0..<8 { rest = rest % 2 == 1 ? rest / 2 ^ 0xEDB8_8320 : rest / 2 }
    }
    return rest ^ 0xFFFF_FFFF
  }
}
