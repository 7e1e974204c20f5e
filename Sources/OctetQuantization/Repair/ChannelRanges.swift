import OctetData
import OctetHost
import OctetNetwork

/// The smallest and the largest number of each channel of each value, as the float network gives them.
package struct ChannelRanges {
  /// For each value, one for each channel.
  package private(set) var smallest: [[Float]]
  package private(set) var largest: [[Float]]

  /// Items that are looked at together.
  private static let batch = 32

  package init(_ network: LoweredNetwork, images: LabeledItems, workers: Workers) throws(QuantizationError) {
    smallest = network.shapes.map { [Float](repeating: .infinity, count: $0.channels) }
    largest = network.shapes.map { [Float](repeating: -.infinity, count: $0.channels) }
    let execution = try FloatExecution(network, capacity: Self.batch, workers: workers)
    for start in stride(from: 0, to: images.count, by: Self.batch) {
      let range = start..<min(start + Self.batch, images.count)
      let values = execution.run(network.inputValues(images, range), count: range.count)
      for (index, output) in values.outputs.enumerated() { add(output, to: index) }
    }
  }

  private mutating func add(_ numbers: [Float], to value: Int) {
    var channel = 0
    let channels = smallest[value].count
    for number in numbers {
      if number < smallest[value][channel] { smallest[value][channel] = number }
      if number > largest[value][channel] { largest[value][channel] = number }
      channel = channel + 1 == channels ? 0 : channel + 1
    }
  }

  /// The largest distance from 0.
  package func magnitude(_ value: Int, _ channel: Int) -> Double {
    Double(max(-smallest[value][channel], largest[value][channel], 0))
  }
}
