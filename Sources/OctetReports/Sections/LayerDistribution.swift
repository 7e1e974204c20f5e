import OctetCommandLine
import OctetQuantization

/// How a layer's weights and values lie on the grid of the integers.
package struct LayerDistribution: Sendable {
  let name: String
  /// In steps of each output's scale; nil for a layer without weights.
  let weights: GridCounts?
  let values: GridCounts?
  let encoding: IntegerLayer.Encoding

  var figures: [Figure] {
    var figures: [Figure] = []
    if let weights {
      figures.append(
        figure("weights-\(name)", "\(name): weights", weights, encoding: nil))
    }
    if let values {
      figures.append(
        figure(
          "values-\(name)", "\(name): values", values,
          encoding: (Double(encoding.scale), encoding.zeroPoint)))
    }
    return figures
  }

  private func figure(
    _ name: String, _ title: String, _ grid: GridCounts, encoding: (scale: Double, zeroPoint: Int)?
  ) -> Figure {
    let beyond = grid.below + grid.above
    let outside =
      beyond == 0
      ? ""
      : "; \(NumberText.grouped(beyond)) of \(NumberText.grouped(grid.total)) values lie beyond them"
    let scale = encoding == nil ? "; a step is each output's own scale" : ""
    let words = "\(grid.used) of 256 integers used\(outside)\(scale)."
    return Figure(
      name: name, title: title, caption: words,
      drawing: GridHistogram(grid: grid, encoding: encoding, alternative: "\(title). \(words)").drawing())
  }
}

extension LayerDistribution {
  /// One for each layer.
  ///
  /// - Parameter histograms: of the values of the float layers' outputs.
  package static func all(_ quantized: QuantizedNetwork, histograms: [ValueHistogram]) -> [LayerDistribution]
  {
    quantized.network.layers.indices.map { index in
      let layer = quantized.network.layers[index]
      let integers = quantized.integers[index]
      var weights: GridCounts?
      if layer.isWeighted, !integers.weightScales.isEmpty {
        var grid = GridCounts()
        let outputs = integers.weightScales.count
        for (place, weight) in layer.weights.enumerated() {
          let scale = integers.weightScales[place % outputs]
          // 127 is the largest weight on either side.
          let steps = scale > 0 ? Double(weight) / scale : 0
          grid.add(steps < -127.5 ? -129 : steps)
        }
        weights = grid
      }
      var values: GridCounts?
      if integers.output.elementBytes == 1 {
        var grid = GridCounts()
        let scale = Double(integers.output.scale)
        for (bin, count) in histograms[index].counts.enumerated() where count > 0 {
          grid.add(histograms[index].middle(bin) / scale + Double(integers.output.zeroPoint), count: count)
        }
        values = grid
      }
      return LayerDistribution(name: layer.name, weights: weights, values: values, encoding: integers.output)
    }
  }
}
