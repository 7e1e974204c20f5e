import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// Runs a float model over items.
package struct FloatRunner: ItemRunner {
  private let network: Network
  private let model: FloatModel
  private let items: LabeledItems
  /// What pixels of 0 and 255 stand for.
  private let pixels: PixelRange
  package let outputs: [OutputDescription]

  /// Items that it is best given at a time.
  package let capacity: Int

  /// - Parameters:
  ///   - model: whose outputs have meanings.
  ///   - pixels: what pixels of 0 and 255 stand for.
  package init(
    _ model: FloatModel, on items: LabeledItems, workers: Workers, pixels: PixelRange = .unit
  ) throws {
    guard model.network.input.takes(items.shape) else {
      throw QuantizationError.shape(images: items.shape, network: model.network.input)
    }
    if case .integers(_, nil) = items.values { throw QuantizationError.integersWithoutScale }
    capacity = try min(Network.roomyCapacity(model.network), 250, max(items.count, 1))
    network = try model.makeNetwork(capacity: capacity, workers: workers)
    self.model = model
    self.items = items
    self.pixels = pixels
    outputs = try model.outputDescriptions()
  }

  /// - Parameter network: one with the model's weights.
  package init(_ network: Network, of model: FloatModel, on items: LabeledItems) throws(NetworkError) {
    self.network = network
    self.model = model
    self.items = items
    pixels = .unit
    capacity = network.capacity
    outputs = try model.outputDescriptions()
  }

  /// What is not finite is an error.
  package func run(_ range: Range<Int>) throws(NotFinite) -> [OutputBatch] {
    var batches = [OutputBatch](repeating: OutputBatch(), count: outputs.count)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: capacity) {
      let part = start..<min(start + capacity, range.upperBound)
      let values = network.allOutputs(of: inputs(part))
      for (index, output) in outputs.enumerated() {
        if let place = values[index].firstIndex(where: { !$0.isFinite }) {
          throw NotFinite(item: start + place / output.shape.count)
        }
        batches[index] += batch(
          values[index], output, network.description.activation(of: network.description.outputs[index]))
      }
    }
    return batches
  }

  private func inputs(_ range: Range<Int>) -> [Float] {
    let units = items.units(range)
    return items.values.areBytes ? pixels.values(units, channels: items.shape.channels) : units
  }

  private func batch(_ values: [Float], _ output: OutputDescription, _ activation: Activation) -> OutputBatch
  {
    var batch = OutputBatch()
    let threshold: Float = activation == .sigmoid ? 0.5 : 0
    switch output.meaning {
    case .numbers: batch.values = values
    case .labels:
      batch.values = values
      batch.flags = values.map { $0 > threshold }
    case .classes where output.shape.count == 1:
      batch.classes = values.map { $0 > threshold ? 1 : 0 }
      if output.hasProbabilities { batch.values = values.flatMap { [1 - $0, $0] } }
    case .classes:
      for start in stride(from: 0, to: values.count, by: output.classCount) {
        var best = start
        for index in start + 1..<start + output.classCount where values[index] > values[best] { best = index }
        batch.classes.append(best - start)
      }
      if output.hasProbabilities { batch.values = values }
      if output.classCount > OutputBatch.mostWithoutRanking { batch.scores = values }
    }
    return batch
  }

  /// An item for which the model gives numbers that are none.
  package struct NotFinite: Error, CustomStringConvertible {
    package let item: Int

    package var description: String {
      "it gives numbers that are not finite for item \(item): its weights are too large"
    }
  }
}

extension FloatModel {
  /// Of outputs with meanings.
  package func outputDescriptions() throws(NetworkError) -> [OutputDescription] {
    let shapes = try network.shapes()
    return zip(outputs, network.outputs).map { output, value in
      let activation = network.activation(of: value)
      return OutputDescription(
        name: output.name, meaning: output.meaning ?? .numbers, names: output.names, shape: shapes[value],
        hasProbabilities: activation == .softmax || activation == .sigmoid, layout: output.layout)
    }
  }
}
