import OctetData
import OctetHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Looks at what values a network's layers give, batch by batch, and keeps only counts of them.
package struct Calibration {
  /// One histogram for each layer.
  package struct Histograms {
    /// After the activation.
    package var outputs: [ValueHistogram]
    /// Before it; empty for layers without a table, which do not need them.
    package var sums: [ValueHistogram]
  }

  private let network: LoweredNetwork
  private let execution: FloatExecution
  private let workers: Workers

  /// Images that are looked at together.
  private static let batch = 32

  package init(_ network: LoweredNetwork, workers: Workers) throws(QuantizationError) {
    self.network = network
    self.workers = workers
    execution = try FloatExecution(network, capacity: Self.batch, workers: workers)
  }

  package func run(_ images: LabeledItems, progress: (Int) -> Void) throws(QuantizationError) -> Histograms {
    var histograms = Histograms(
      outputs: network.layers.map { _ in ValueHistogram() },
      sums: network.layers.map { _ in ValueHistogram() })
    for start in stride(from: 0, to: images.count, by: Self.batch) {
      let range = start..<min(start + Self.batch, images.count)
      let values = execution.run(network.inputValues(images, range), count: range.count)
      for (index, layer) in network.layers.enumerated() {
        guard values.outputs[index + 1].allSatisfy(\.isFinite), values.sums[index].allSatisfy(\.isFinite)
        else {
          throw .unsupported(
            layer: layer.name, reason: "it gives numbers that are not finite: its weights are too large")
        }
        histograms.outputs[index].add(values.outputs[index + 1])
        if layer.needsTable { histograms.sums[index].add(values.sums[index]) }
      }
      progress(range.upperBound)
    }
    return histograms
  }
}

/// The natural logarithm.
package func logarithm(_ value: Double) -> Double { log(value) }

/// Two functions of a network, in the precision in which their tables are made.
func logisticFunction(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

func hyperbolicTangent(_ value: Double) -> Double { tanh(value) }

/// The natural exponential.
package func exponential(_ value: Double) -> Double { exp(value) }
