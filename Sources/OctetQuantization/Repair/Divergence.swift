import Octet
import OctetData
import OctetHost
import OctetNetwork

/// How far an integer network's answers are from those of the float network, item by item.
package struct Divergence: Sendable {
  /// One for each item, 0 or more. Of classes and labels it is the Kullback-Leibler divergence of the integer network's
  /// probabilities from the float network's, in nats; of numbers the square of the difference, as a share of the
  /// numbers' mean square. Several outputs are added up.
  package fileprivate(set) var items: [Double]
  /// Whether a class or label of the item is another one; empty where all outputs are numbers.
  package fileprivate(set) var changed: [Bool]
  /// The class of each item at the only output; empty where that holds no classes.
  package fileprivate(set) var classes: [Int]

  package var mean: Double { items.reduce(0, +) / Double(max(items.count, 1)) }
  package var changedCount: Int { changed.count { $0 } }

  /// How much larger it is than another one: the mean over the items, and its standard error.
  func gain(minus other: Divergence) -> (mean: Double, error: Double) {
    let gains = zip(items, other.items).map { $0 - $1 }
    let count = Double(max(gains.count, 1))
    let mean = gains.reduce(0, +) / count
    let square = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (square / (count * max(count - 1, 1))).squareRoot())
  }

  /// The same of some of the items.
  func selecting(_ places: Range<Int>) -> Divergence {
    Divergence(
      items: Array(items[places]), changed: changed.isEmpty ? [] : Array(changed[places]),
      classes: classes.isEmpty ? [] : Array(classes[places]))
  }
}

/// What the float network gives for items, which integer networks are measured against.
struct FloatAnswers {
  let items: LabeledItems
  private let network: LoweredNetwork
  /// For each output the numbers of all items, before what makes probabilities of them.
  private let outputs: [[Float]]
  private let workers: Workers

  /// Items that are looked at together.
  private static let batch = 32

  init(_ network: LoweredNetwork, items: LabeledItems, workers: Workers) throws(QuantizationError) {
    self.items = items
    self.network = network
    self.workers = workers
    let execution = try FloatExecution(network, capacity: Self.batch, workers: workers)
    var outputs = network.outputs.map { _ in [Float]() }
    for start in stride(from: 0, to: items.count, by: Self.batch) {
      let range = start..<min(start + Self.batch, items.count)
      let values = execution.run(network.inputValues(items, range), count: range.count)
      for (index, output) in network.outputs.enumerated() { outputs[index] += values.outputs[output.value] }
    }
    self.outputs = outputs
  }

  /// The class of each item at the only output; empty where that holds no classes.
  var classes: [Int] {
    guard outputs.count == 1, network.outputs[0].meaning == .classes else { return [] }
    let size = outputs[0].count / max(items.count, 1)
    return (0..<items.count).map { OutputMeaning.classIndex(outputs[0][$0 * size..<($0 + 1) * size]) }
  }

  /// The numbers of the only output, item after item.
  var numbers: [Float] { outputs[0] }

  /// - Parameter quantized: a network that gives the same outputs.
  func divergence(of quantized: QuantizedNetwork) throws -> Divergence {
    if let fault = quantized.model.fault { throw QuantizationError.limit(fault) }
    let model = try Model(copying: OctetFile(quantized.model).bytes, workLimit: .max)
    let integers = try IntegerRunner(model, on: items, workers: workers).integers(0..<items.count)
    var result = Divergence(items: [Double](repeating: 0, count: items.count), changed: [], classes: [])
    for (index, output) in network.outputs.enumerated() {
      let encoding = quantized.encodings[quantized.network.outputs[index].value]
      let zeroPoint = Int32(encoding.zeroPoint)
      let found = integers[index].map { Float($0 - zeroPoint) * encoding.scale }
      add(output.meaning, outputs[index], found, to: &result)
    }
    return result
  }

  private func add(_ meaning: OutputMeaning, _ real: [Float], _ found: [Float], to result: inout Divergence) {
    let size = real.count / max(items.count, 1)
    if meaning != .numbers, result.changed.isEmpty {
      result.changed = [Bool](repeating: false, count: items.count)
    }
    let power = real.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(real.count, 1))
    for item in 0..<items.count {
      let one = real[item * size..<(item + 1) * size]
      let other = found[item * size..<(item + 1) * size]
      switch meaning {
      case .numbers:
        let squares = zip(one, other).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        result.items[item] += squares / Double(size) / max(power, 1e-30)
      case .labels:
        result.items[item] += zip(one, other).reduce(0) { $0 + Self.divergence(of: $1.1, from: $1.0) }
      case .classes:
        result.items[item] +=
          size == 1
          ? Self.divergence(of: other[other.startIndex], from: one[one.startIndex])
          : Self.divergence(of: other, from: one)
        if network.outputs.count == 1 { result.classes.append(OutputMeaning.classIndex(other)) }
      }
      if !meaning.isAnsweredAlike(one, other) { result.changed[item] = true }
    }
  }

  /// Of softmax of one from softmax of the other.
  private static func divergence(of found: ArraySlice<Float>, from real: ArraySlice<Float>) -> Double {
    func logarithms(_ values: ArraySlice<Float>) -> [Double] {
      let largest = Double(values.max() ?? 0)
      let sum = values.reduce(0) { $0 + exponential(Double($1) - largest) }
      return values.map { Double($0) - largest - logarithm(sum) }
    }
    let sum = zip(logarithms(real), logarithms(found)).reduce(0) { $0 + exponential($1.0) * ($1.0 - $1.1) }
    // Rounding may leave it a little below 0.
    return max(sum, 0)
  }

  /// Of a sigmoid of one from a sigmoid of the other.
  private static func divergence(of found: Float, from real: Float) -> Double {
    divergence(of: [0, found], from: [0, real])
  }
}
