import Octet
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetText
import OctetTraining

/// How the values of a full-integer .tflite file are used.
struct LiteValueUses {
  /// Whether each output leaves the softmax or sigmoid that gives it to its head, which is finer than the file's
  /// integers. Numbers have no head: they keep every operator.
  let hasHead: [Bool]
  /// Values that the head of some output gives.
  let headed: Set<Int>
  /// Values that layers read, or outputs without a head give.
  let needed: Set<Int>

  init(_ source: LiteNetwork, _ meanings: [ModelOutput]) {
    let hasHead = zip(source.outputs, meanings).map { $0.head != .linear && $1.meaning != .numbers }
    self.hasHead = hasHead
    let values = source.outputs.map(\.value)
    headed = Set(values.indices.filter { hasHead[$0] }.map { values[$0] })
    let numbers = values.indices.filter { !hasHead[$0] }.map { values[$0] }
    needed = Set(source.graph.nodes.flatMap(\.inputs) + numbers)
  }
}

extension LiteIntegerConversion {
  /// An output of the file as one of the model.
  func output(_ index: Int) throws(ImportError) -> QuantizedOutput {
    let (own, meant) = (source.outputs[index], meanings[index])
    let title = source.outputs.count == 1 ? "its output" : "its output \(own.name.quoted)"
    let isHead = uses.hasHead[index]
    guard let meaning = meant.meaning, let tensor = isHead ? logits[own.value] : values[own.value] else {
      preconditionFailure("every value has a tensor, and every output a meaning")
    }
    guard isHead || floats[own.value] == nil else {
      throw source.failure("\(title) is computed with floats, of which no QUANTIZE makes integers")
    }
    guard tensor > 0 else {
      throw source.failure("\(title) is made of the input alone; an output is what a layer gives")
    }
    let found = tensors[tensor]
    guard found.shape.isFlat || meaning == .numbers else {
      throw source.failure("\(title) \(found.shape) is not one row of logits")
    }
    let count = found.shape.channels
    guard meant.names.isEmpty || meant.names.count == (meaning == .classes ? max(count, 2) : count) else {
      throw source.failure("\(title) has \(count) values, but there are \(meant.names.count) names")
    }
    if !isHead { try requireIntegers(of: own, title, in: found) }
    let head: QuantizedModel.Head =
      switch own.head {
      case .softmax where isHead: .softmax
      case .sigmoid where isHead: .sigmoid
      case .linear, .softmax, .sigmoid: .linear
      }
    return QuantizedOutput(tensor: tensor, meaning: meaning, head: head, names: meant.names)
  }

  /// Throws unless the file's own integers of an output stand for the same as the tensor's.
  ///
  /// What only converts values behind a sigmoid is skipped when the file is read, as a head makes no use of it.
  private func requireIntegers(
    of output: LiteNetwork.Output, _ title: String, in tensor: QuantizedTensor
  ) throws(ImportError) {
    guard let own = output.tensor, source.tensor(own).element != .float, output.choice == nil else { return }
    let declared = try encoding(own, title: title)
    guard declared.scale == tensor.scale, declared.zeroPoint == tensor.zeroPoint else {
      throw source.failure(
        "\(title) has the scale \(declared.scale) and the zero point \(declared.zeroPoint), what gives it "
          + "\(tensor.scale) and \(tensor.zeroPoint): only QUANTIZE before the end can change them")
    }
  }
}
