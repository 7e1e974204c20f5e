import OctetCommandLine
import OctetQuantization
import OctetText

/// What quantization did to each layer, for people.
struct QuantizationText {
  private let report: QuantizationReport
  private let settings: QuantizationSettings
  private let calibrationImages: Int
  /// What an item is called.
  private let noun: String

  init(
    _ report: QuantizationReport, settings: QuantizationSettings, calibrationImages: Int,
    noun: String = "image"
  ) {
    self.report = report
    self.settings = settings
    self.calibrationImages = calibrationImages
    self.noun = noun
  }

  func text() -> String {
    """
    Calibration: \(NumberText.grouped(calibrationImages)) training \(noun)s drawn with seed \(settings.seed), method \
    \(settings.method.rawValue)

    \(layers())
    Signal to noise in dB, on \(report.images) of the \(noun)s: of the layer alone, with all layers before it, and of \
    the output when it alone is quantized.
    \(costliest())

    """
  }

  private func layers() -> String {
    var table = TextTable(
      .init("layer"), .init("kind"), .init("output"), .init("scale", .right, isDetail: true),
      .init("zero", .right, isDetail: true), .init("weight scales", isDetail: true),
      .init("saturated", .right),
      .init("alone", .right), .init("so far", .right),
      .init("at output", .right))
    for layer in report.layers {
      table.addRow([
        layer.name, layer.kind,
        "\(layer.output)\(layer.encoding.elementBytes == 2 ? " int16" : "")",
        short(Double(layer.encoding.scale)), "\(layer.encoding.zeroPoint)",
        layer.weightScales.map { "\(short($0.lowerBound)) to \(short($0.upperBound))" } ?? "",
        NumberText.percent(layer.saturation, decimals: 3), decibels(layer.isolated),
        decibels(layer.accumulated),
        decibels(layer.atOutputs),
      ])
    }
    return table.rendered()
  }

  private func costliest() -> String {
    guard let layer = report.costliest else { return "No layer loses anything." }
    return "Costliest: \(layer.name.shown), which alone leaves the output at \(decibels(layer.atOutputs)) dB."
  }

  private func short(_ value: Double) -> String {
    // Scales span many powers of ten; six decimals tell the usual ones.
    value != 0 && abs(value) < 1e-4 ? "\(Float(value))" : NumberText.fixed(value, decimals: 6)
  }

  private func decibels(_ value: Double) -> String {
    value == .infinity ? "exact" : NumberText.fixed(value, decimals: 1)
  }
}
