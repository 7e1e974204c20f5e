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
    package let outputs: [Output]

    // Of the first output.
    package var logits: [Int] { outputs[0].values }
    package var predictedClass: Int? { outputs[0].predictedClass }
    package var probabilities: [Int] { outputs[0].probabilities }
  }

  /// What one output holds.
  package struct Output {
    /// The integers of its tensor.
    package let values: [Int]
    /// Nil for one that holds no classes.
    package let predictedClass: Int?
    /// In 1/65,536, one for each class or label; empty with a linear head.
    package let probabilities: [Int]
  }

  let file: WholeLayerFile

  package init(_ bytes: [UInt8]) { file = WholeLayerFile(bytes) }

  package var labels: [String] { file.outputs[0].names }
  package var arenaBytes: Int { file.arenaBytes }

  /// - Parameter pixels: as they are stored, row by row, channels last.
  package func run(_ pixels: [UInt8]) -> Outcome {
    var tensors = [input(pixels)]
    var checkSums: [UInt32] = []
    for (index, layer) in file.layers.enumerated() {
      let step = WholeLayerStep(file: file, layer: layer, output: file.tensors[index + 1])
      let values = step.compute(tensors[layer.first], tensors[layer.second])
      tensors.append(values)
      let size = file.tensors[index + 1].elementBytes
      let bytes = values.flatMap { value in (0..<size).map { UInt8((value >> (8 * $0)) & 255) } }
      checkSums.append(UInt32(Self.checkSum(bytes[...])))
    }
    let outputs = file.outputs.map { record in
      let tensor = file.tensors[record.tensor]
      let values = tensors[record.tensor]
      return Output(
        values: values, predictedClass: record.meaning == 0 ? predictedClass(values, tensor.zeroPoint) : nil,
        probabilities: probabilities(values, tensor.zeroPoint, record))
    }
    return Outcome(tensors: tensors, checkSums: checkSums, outputs: outputs)
  }

  private func input(_ pixels: [UInt8]) -> [Int] {
    guard !file.pixelMap.isEmpty else { return pixels.map { Int($0) - 128 } }
    return pixels.enumerated().map { index, pixel in
      let map = file.pixelMap[index % file.pixelMap.count]
      let sum = Int(pixel) * map.factor + map.offset
      let whole = sum >= 0 ? sum / 65_536 : -((65_535 - sum) / 65_536)
      return min(max(whole, -128), 127)
    }
  }

  private func predictedClass(_ logits: [Int], _ zeroPoint: Int) -> Int {
    if logits.count == 1 { return logits[0] > zeroPoint ? 1 : 0 }
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best
  }

  private func probabilities(
    _ logits: [Int], _ zeroPoint: Int, _ record: WholeLayerFile.OutputRecord
  ) -> [Int] {
    let step = record.step
    func share(_ part: Int, _ whole: Int) -> Int { (part * 131_072 + whole) / (2 * whole) }
    switch record.head {
    case 1:
      let largest = logits.max() ?? 0
      let digits = String(logits.count, radix: 2).count
      let powers = logits.map { power(largest - $0, step) >> max(digits - 9, 0) }
      let sum = powers.reduce(0, +)
      return powers.map { share($0, sum) }
    case 2:
      let shares = logits.map { logit in
        let x = logit - zeroPoint
        let one = 4_194_304
        return x >= 0 ? share(one, one + power(x, step)) : share(power(-x, step), one + power(-x, step))
      }
      // One value stands for the second of two classes.
      return record.meaning == 0 && shares.count == 1 ? [65_536 - shares[0], shares[0]] : shares
    default: return []
    }
  }

  private func power(_ distance: Int, _ step: Int) -> Int {
    let exponent = min(distance * step / 256, 4_294_967_295)
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
