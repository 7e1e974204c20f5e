import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// A float model's outputs for each item.
struct FloatPrediction {
  let model: FloatModel
  /// For messages.
  let path: String
  /// What pixels of 0 and 255 stand for.
  let pixels: PixelRange
  let workers: Workers

  func run(_ items: PredictionItems, _ wanted: PredictionOutput) throws -> [PredictedOutput] {
    if case .integers(_, nil) = items.values {
      throw FileContentError(
        path: items.path,
        reason:
          "its numbers are int8, the integers of an int8 model; \(path) is a float model: save float32 or uint8, or "
          + "say with --input-scale what they stand for")
    }
    try items.requireShape(model.network.input, model: path)
    let capacity = min(try Network.roomyCapacity(model.network), items.count)
    let network = try model.makeNetwork(capacity: capacity, workers: workers)
    let places = try wanted.places(model.outputs.map(\.name))
    let shapes = model.network.outputs.map { network.shapes[$0] }
    var outputs = [[Float]](repeating: [], count: model.outputs.count)
    for start in stride(from: 0, to: items.count, by: capacity) {
      let range = start..<min(start + capacity, items.count)
      let found = network.allOutputs(of: items.reals(range, pixels: pixels)) { output in
        model.outputs[output].givesLogarithms ? .linear : network.pendingActivation(ofOutput: output)
      }
      for place in places {
        var values = found[place]
        let size = shapes[place].count
        if model.outputs[place].givesLogarithms {
          Self.makeLogarithms(&values, classes: shapes[place].channels)
        }
        for (item, first) in zip(range, stride(from: 0, to: values.count, by: size)) {
          let value = Array(values[first..<first + size])
          guard value.allSatisfy(\.isFinite) else {
            throw ItemError(
              path: items.path, item: item, reason: "\(path) gives numbers for it that are not finite")
          }
          outputs[place] += model.outputs[place].layout.item(value)
        }
      }
    }
    return places.map { place in
      let (output, values) = (model.outputs[place], outputs[place])
      let shape = output.layout.shape
      guard let choice = output.choice else {
        return PredictedOutput(name: output.name, array: NPYArray(shape: [items.count] + shape, values))
      }
      return PredictedOutput(name: output.name, choice: choice, of: values, shape: shape)
    }
  }

  /// The logarithms of a softmax, which may be far below those that a float's probability has.
  static func makeLogarithms(_ values: inout [Float], classes: Int) {
    for start in stride(from: 0, to: values.count, by: classes) {
      let row = values[start..<start + classes]
      let largest = row.max() ?? 0
      let sum = row.reduce(0.0) { $0 + exponential(Double($1 - largest)) }
      let shift = Float(logarithm(sum)) + largest
      for place in start..<start + classes { values[place] -= shift }
    }
  }
}
