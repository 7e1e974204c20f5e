import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// What quantization did to each layer's values, measured on images.
package struct QuantizationReport: Sendable {
  /// How far a signal stands above the noise that quantization put into it, in decibels. Infinite without noise.
  package typealias Decibels = Double

  package struct Layer: Sendable {
    package let name: String
    package let kind: String
    package let output: ImageShape
    package let encoding: IntegerLayer.Encoding
    /// The smallest and largest weight scale, if it has weights.
    package let weightScales: ClosedRange<Double>?
    /// The share of the output's values that lay beyond what its integers can hold.
    package let saturation: Double
    /// When the layer reads exact values: what it loses by itself.
    package let isolated: Decibels
    /// When all layers before it are quantized too.
    package let accumulated: Decibels
    /// At the output that suffers most, when this layer alone is quantized: before a closing softmax or sigmoid.
    package let atOutputs: Decibels
    /// The share of the items whose classes or labels change when this layer alone is quantized; nil where all outputs
    /// are numbers.
    package let changedAnswers: Double?
  }

  package let layers: [Layer]
  package let images: Int

  /// The layer that by itself leaves the most noise in an output; nil if none leaves any.
  package var costliest: Layer? {
    layers.filter(\.atOutputs.isFinite).min { $0.atOutputs < $1.atOutputs }
  }
}

extension QuantizationReport {
  /// Images that are looked at at most.
  private static let mostImages = 256
  /// Values of one kind that are held at most.
  private static let room = 16 << 20

  /// - Parameter images: those that the ranges were taken from, or others like them.
  package init(
    _ quantized: QuantizedNetwork, images: LabeledItems, workers: Workers
  ) throws(QuantizationError) {
    let network = quantized.network
    let perImage = network.shapes.reduce(0) { $0 + $1.count }
    let count = min(images.count, Self.mostImages, max(Self.room / perImage, 1))
    let float = try FloatExecution(network, capacity: count, workers: workers)
    let integers = try IntegerNetworkExecution(quantized, capacity: count, workers: workers)
    let input = network.inputValues(images, 0..<count)
    let real = float.run(input, count: count)
    let chain = integers.run(quantized.input.steps(input), count: count)
    let outputs = network.outputs.map { real.outputs[$0.value] }
    let encodings = quantized.encodings

    var layers: [Layer] = []
    for (index, layer) in network.layers.enumerated() {
      // Exact values in units of the input's steps.
      let exact = layer.inputs.map { value in
        let steps = 1 / encodings[value].scale
        return real.outputs[value].map { $0 * steps }
      }
      let scale = quantized.integers[index].output.scale
      let alone = integers.run(layer: index, exact, count: count).output.map { $0 * scale }
      let isolated = Self.decibels(real.outputs[index + 1], alone)
      let changed = float.outputs(real, changing: index + 1, to: alone, count: count)
      let scales = quantized.integers[index].weightScales
      layers.append(
        Layer(
          name: layer.name, kind: layer.summary, output: layer.output,
          encoding: quantized.integers[index].output,
          weightScales: scales.min().flatMap { low in scales.max().map { low...$0 } },
          saturation: Double(chain.saturated[index]) / Double(count * layer.output.count), isolated: isolated,
          accumulated: Self.decibels(real.outputs[index + 1], chain.outputs[index + 1].map { $0 * scale }),
          atOutputs: zip(outputs, changed).map { Self.decibels($0, $1) }.min() ?? .infinity,
          changedAnswers: Self.changedAnswers(network.outputs, outputs, changed, count: count)))
    }
    self.layers = layers
    self.images = count
  }

  private static func changedAnswers(
    _ outputs: [LoweredOutput], _ real: [[Float]], _ changed: [[Float]], count: Int
  ) -> Double? {
    guard outputs.contains(where: { $0.meaning != .numbers }) else { return nil }
    let other = (0..<count).count { item in
      outputs.indices.contains { index in
        let size = real[index].count / count
        return !outputs[index].meaning.isAnsweredAlike(
          real[index][item * size..<(item + 1) * size], changed[index][item * size..<(item + 1) * size])
      }
    }
    return Double(other) / Double(count)
  }

  /// For each layer the share of its values beyond what its integers can hold, on images that the ranges were not taken
  /// from.
  package static func saturation(
    _ quantized: QuantizedNetwork, images: LabeledItems, workers: Workers
  ) throws(QuantizationError) -> [Double] {
    let network = quantized.network
    let perImage = network.shapes.reduce(0) { $0 + $1.count }
    let count = min(images.count, mostImages, max(room / perImage, 1))
    let integers = try IntegerNetworkExecution(quantized, capacity: count, workers: workers)
    // Spread over all of them: sets are often ordered by class.
    let chosen = images.selecting((0..<count).map { $0 * images.count / count })
    let values = integers.run(quantized.input.steps(network.inputValues(chosen, 0..<count)), count: count)
    return zip(values.saturated, network.layers).map { Double($0) / Double(count * $1.output.count) }
  }

  /// The power of `signal` over that of its difference from `changed`.
  package static func decibels(_ signal: [Float], _ changed: [Float]) -> Decibels {
    var power = 0.0
    var noise = 0.0
    for (real, other) in zip(signal, changed) {
      power += Double(real) * Double(real)
      noise += (Double(real) - Double(other)) * (Double(real) - Double(other))
    }
    if noise == 0 { return .infinity }
    return power == 0 ? -.infinity : 10 * logarithm(power / noise) / logarithm(10)
  }
}
