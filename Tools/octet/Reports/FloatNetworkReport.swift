import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining

/// The section on a float network.
struct FloatNetworkReport {
  let network: Network
  let workers: Workers

  func section(_ chosen: ChosenImage) throws -> Section {
    let description = network.description
    let parameters = try description.parameters()
    let summary = NetworkSummary(description)
    let layers = description.layers.enumerated().map { index, layer in
      LayerFacts(
        name: layer.name, kind: summary.kind(layer, index), output: network.shapes[index + 1],
        reads: layer.inputs,
        parameters: parameters[index].reduce(0) { $0 + $1.count },
        multiplyAdds: layer.kind.specification.multiplyAdds(
          input: network.shapes[layer.inputs[0]], output: network.shapes[index + 1]),
        memoryBytes: network.shapes[index + 1].count * MemoryLayout<Float>.stride)
    }
    return NetworkSection(
      input: input(chosen), layers: layers,
      memoryMeaning: "Memory is what a layer's whole output takes in floats.",
      filters: filters(input(chosen)),
      maps: maps(chosen)
    ).section
  }

  /// A network may take the pixels as one row; they are drawn as the picture that they are.
  private func input(_ chosen: ChosenImage) -> ImageShape {
    let input = network.description.input
    return chosen.images.shape.count == input.count ? chosen.images.shape : input
  }

  /// Of the first layer with weights, if it reads the picture.
  ///
  /// - Parameter picture: what the units of a dense layer look at; a convolution sees what the layer before it gives.
  private func filters(_ picture: ImageShape) -> FirstFilters? {
    guard let index = network.description.layers.firstIndex(where: { $0.kind.hasFilters }) else { return nil }
    let layer = network.description.layers[index]
    let input = network.shapes[layer.inputs[0]]
    guard input.count == network.input.shape.count,
      let weights = network.parameters.first(where: { $0.name.hasPrefix("\(layer.name).") }),
      let outputs = weights.shape.last, outputs > 0
    else { return nil }
    let values = weights.array
    let shape: ImageShape
    switch layer.kind {
    case .dense: shape = picture
    case .convolution(let convolution):
      shape = ImageShape(
        height: convolution.window.height, width: convolution.window.width, channels: input.channels)
    case .depthwiseConvolution(let convolution):
      shape = ImageShape(height: convolution.window.height, width: convolution.window.width, channels: 1)
    default: return nil
    }
    let filterCount = values.count / shape.count
    return FirstFilters(
      name: layer.name, shape: shape,
      filters: (0..<filterCount).map { filter in
        (0..<shape.count).map { values[$0 * filterCount + filter] }
      })
  }

  private func maps(_ chosen: ChosenImage) -> FeatureMaps {
    let one = chosen.images.selecting([chosen.index])
    let results = network.allOutputs(of: one.units(0..<1))
    let outputs = network.description.outputs
    let maps = network.description.layers.enumerated().compactMap { index, layer -> FeatureMaps.Map? in
      guard layer.kind.changesValues else { return nil }
      return FeatureMaps.Map(
        name: layer.name, shape: network.shapes[index + 1],
        values: outputs.firstIndex(of: index + 1).map { results[$0] } ?? network.value(index + 1).values(1),
        classNames: outputs.firstIndex(of: index + 1).map { chosen.outputs[$0].output.names } ?? [])
    }
    return FeatureMaps(image: chosen.picture, lines: chosen.lines, maps: maps)
  }
}

extension FloatLayerKind {
  fileprivate var hasFilters: Bool {
    switch self {
    case .dense, .convolution, .depthwiseConvolution: true
    default: false
    }
  }

  /// Whether there is anything new to see behind the layer.
  fileprivate var changesValues: Bool {
    switch self {
    case .flatten, .dropout: false
    default: true
    }
  }
}
