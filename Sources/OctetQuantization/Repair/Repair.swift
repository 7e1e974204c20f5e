import Octet
import OctetData
import OctetHost
import OctetTraining

/// Finds the layers that cost an integer network its accuracy, and the remedies that win it back.
///
/// Remedies are compared on items that nothing was calibrated on, and the best of them is kept only if it is better on
/// other such items too. Test items are not looked at, and no labels are needed: the float network's answers are what
/// the integers are to give.
package struct Repair {
  /// How the integer network does on the items of the proof.
  package struct Measure: Sendable {
    /// Mean divergence from the float network's answers.
    package let divergence: Double
    /// The share of items that are answered in another way than by the float network; nil where all is numbers.
    package let changed: Double?
    /// The share of items that get their own class; nil without classes.
    package let accuracy: Double?
  }

  package struct Progress: Sendable {
    /// What is being tried.
    package let doing: String
    /// Remedies that have been measured, and about how many will be.
    package let tried: Int
    package let expected: Int
  }

  /// A remedy that was kept.
  package struct Step: Sendable {
    package let remedy: Remedy
    /// The name of the layer that it is for; nil for all.
    package let layer: String?
    package let before: Measure
    package let after: Measure
    /// Bytes of the file and of the arena, and operations of one item, less than before if below 0.
    package let addedFileBytes: Int
    package let addedArenaBytes: Int
    package let addedWork: Int
  }

  package let quantized: QuantizedNetwork
  /// How ranges are chosen now, but for layers that do it in another way.
  package let method: CalibrationMethod
  /// What the ranges were taken from.
  package let images: LabeledItems
  /// What each layer costs in the network without remedies.
  package let layers: [QuantizationReport.Layer]
  package let steps: [Step]
  package let before: Measure
  package let after: Measure
  /// The float network's own on the items of the proof; nil without classes.
  package let floatAccuracy: Double?
  /// Remedies that were measured.
  package let tried: Int
  /// Items that they were compared on, and items that had to confirm it.
  package let trialCount: Int
  package let proofCount: Int
  /// Why training was not tried; nil where it was, or where it was not needed.
  package let trainingFault: String?

  /// - Parameters:
  ///   - images: training items.
  ///   - settings: of the quantization that is to be mended.
  ///   - byteLimit: what the file may take; nil for any size.
  package init(
    _ model: FloatModel, images: LabeledItems, settings: QuantizationSettings, byteLimit: Int? = nil,
    workers: Workers, progress: @escaping (Progress) -> Void = { _ in }
  ) throws {
    let items = try RepairItems(images, calibrating: settings.calibrationImages, seed: settings.seed)
    var search = try RepairSearch(
      model, items: items, settings: settings, byteLimit: byteLimit, workers: workers, progress: progress)
    layers = try search.layers()
    before = search.measure
    try search.run()
    quantized = search.best.quantized
    method = search.best.settings.method
    self.images = items.calibration
    steps = search.steps
    after = search.measure
    floatAccuracy = search.floatAccuracy
    tried = search.tried
    trialCount = items.trial.count
    proofCount = items.proof.count
    trainingFault = search.trainingFault
  }
}
