import Octet
import OctetData
import OctetHost
import OctetQuantization
import OctetReports

/// What a quantization did, measured for a page.
struct QuantizationMeasurement {
  let quantized: QuantizedNetwork
  let report: QuantizationReport
  /// Those that the ranges were taken from.
  let images: LabeledImages
  let workers: Workers

  /// Images whose values are counted for the histograms.
  private static let histogramImages = 256

  /// - Parameter sizes: of files and memory, what was first.
  func section(sizes: [(name: String, bytes: Int)]) throws -> Section {
    let histograms = try Calibration(quantized.network, workers: workers).run(
      images.prefix(Self.histogramImages), progress: { _ in })
    return QuantizationSection(
      report: report, distributions: LayerDistribution.all(quantized, histograms: histograms.outputs),
      sizes: sizes
    ).section
  }
}
