import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetQuantization
import OctetTraining
import Testing

/// Networks that quantization hurts are mended, those that it does not are left alone.
struct RepairTests {
  private let shape = ImageShape(height: 12, width: 12, channels: 1)

  private func model(octaves: Float) throws -> FloatModel {
    try FloatModels.make(
      """
      input 12x12x1
      a = conv 8 3x3 relu
      b = depthwise 3x3 relu
      c = conv 12 1x1 relu
      d = depthwise 3x3 relu
      e = conv 12 1x1 relu
      globalaveragepool
      dense 10 softmax
      """, gain: 3
    ).uneven([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")], octaves: octaves)
  }

  private func repair(_ model: FloatModel, items: Int = 600, threads: Int = 1) throws -> Repair {
    var settings = QuantizationSettings()
    settings.calibrationImages = 200
    return try Repair(
      model, images: FloatModels.images(items, shape: shape), settings: settings,
      workers: Workers(count: threads))
  }

  @Test func `channels of very different size are found and mended`() throws {
    let repair = try repair(model(octaves: 6))
    let (before, after) = (try #require(repair.before.changed), try #require(repair.after.changed))
    #expect(before > 0.05, "\(before)")
    #expect(after < before / 4, "\(before) to \(after)")
    #expect(repair.steps.contains { if case .equalization = $0.remedy { true } else { false } })
    #expect(repair.steps.first?.before.divergence == repair.before.divergence)
    #expect(repair.steps.last?.after.divergence == repair.after.divergence)
    #expect(repair.trialCount == 200 && repair.proofCount == 200)
    #expect(repair.layers.count == repair.quantized.network.layers.count)
    // The file is one that the runtime takes, and answers as was measured for the kept network.
    _ = try Model(copying: OctetFile(repair.quantized.model).bytes)
  }

  @Test func `the same model and data give the same bytes, with any number of threads`() throws {
    let model = try model(octaves: 6)
    let files = try [1, 3].map { OctetFile(try repair(model, items: 300, threads: $0).quantized.model).bytes }
    #expect(files[0] == files[1])
  }

  @Test func `each item has one use`() throws {
    let pixels = (0..<500).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let all = LabeledItems(
      shape: ImageShape(flat: 2), pixels: pixels, labels: [Int](repeating: 0, count: 500), classNames: ["0"])
    for (calibrating, judged) in [(100, 400), (1_000, 250)] {
      let items = try RepairItems(all, calibrating: calibrating, seed: 1)
      func numbers(_ part: LabeledItems) -> [Int] {
        (0..<part.count).map { Int(part.pixels[2 * $0]) + Int(part.pixels[2 * $0 + 1]) << 8 }
      }
      #expect(items.judged.count == judged && items.trial.count == items.proof.count)
      let (calibration, held) = (Set(numbers(items.calibration)), Set(numbers(items.judged)))
      #expect(held.count == judged && calibration.isDisjoint(with: held))
      #expect(Set(numbers(items.training)).union(held) == Set(0..<500))
      #expect(Set(numbers(items.training)).isSuperset(of: calibration))
    }
    #expect(throws: QuantizationError.tooFewToRepair(items: 20, needed: 32)) {
      try RepairItems(all.prefix(20), calibrating: 10, seed: 1)
    }
  }
}
