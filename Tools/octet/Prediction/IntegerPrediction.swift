import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// An int8 model's outputs for each item: the real ones, or the integers before a closing softmax or sigmoid.
struct IntegerPrediction {
  let model: Model
  /// For messages.
  let path: String
  /// The outputs of the file that the model was made of, with their names and layouts; nil for an .octet file.
  var fileOutputs: [ModelOutput]?
  /// The integers that an ONNX file makes of what a closing softmax or sigmoid gives, for each output that has them.
  var closing: [IntegerLayer.Encoding?] = []
  let wantsIntegers: Bool
  let workers: Workers

  func run(_ items: PredictionItems, _ wanted: PredictionOutput) throws -> [PredictedOutput] {
    try items.requireShape(model.inputShape, model: path)
    let runner = try IntegerRunner(
      model, on: items.labeled, workers: workers, names: fileOutputs?.map(\.name),
      layouts: fileOutputs?.map(\.layout))
    let places = try wanted.places(runner.outputs.map(\.name))
    let range = 0..<items.count
    let integers =
      wantsIntegers || fileOutputs?.contains { $0.choice != nil || $0.givesLogarithms } == true
      ? runner.integers(range) : []
    /// The places that the file gives of an output, if it does: those of the largest integers.
    func chosen(_ place: Int) -> PredictedOutput? {
      guard let output = fileOutputs?[place], let choice = output.choice else { return nil }
      return PredictedOutput(
        name: output.name, choice: choice, of: ordered(integers[place], runner.outputs[place]),
        shape: output.layout.shape)
    }
    if wantsIntegers {
      return places.map { place in
        if let chosen = chosen(place) { return chosen }
        let ordered = ordered(integers[place], runner.outputs[place])
        let shape = [items.count] + runner.outputs[place].layout.shape
        let isWide = model.tensor(model.output(place).tensor).elementBytes == 2
        return PredictedOutput(
          name: runner.outputs[place].name,
          array: isWide
            ? NPYArray(shape: shape, ordered.map { Int16($0) })
            : NPYArray(shape: shape, ordered.map { Int8($0) }))
      }
    }
    var found = runner.reals(range)
    for place in found.indices where fileOutputs?[place].givesLogarithms == true {
      // From the logits: a probability of 16 bits may be 0, and has too few bits for its logarithm.
      let scale = Float(bitPattern: model.tensor(model.output(place).tensor).scaleBits)
      found[place] = integers[place].map { scale * Float($0) }
      FloatPrediction.makeLogarithms(&found[place], classes: runner.outputs[place].shape.channels)
    }
    for (place, encoding) in closing.enumerated() {
      guard let encoding else { continue }
      found[place] = found[place].map { ONNXArithmetic.real($0, encoding) }
    }
    return places.map { place in
      if let chosen = chosen(place) { return chosen }
      return PredictedOutput(
        name: runner.outputs[place].name,
        array: NPYArray(
          shape: [items.count] + runner.outputs[place].layout.shape,
          ordered(found[place], runner.outputs[place])))
    }
  }

  /// The numbers of each item in the order of the model's own format.
  private func ordered<Number>(_ numbers: [Number], _ output: OutputDescription) -> [Number] {
    guard output.layout.places != nil else { return numbers }
    let size = output.shape.count
    return stride(from: 0, to: numbers.count, by: size).flatMap {
      output.layout.item(Array(numbers[$0..<$0 + size]))
    }
  }
}
