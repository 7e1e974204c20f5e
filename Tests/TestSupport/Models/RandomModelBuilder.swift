import Octet
import OctetHost
import OctetNetwork
import OctetQuantization

/// Puts a random model together, layer by layer.
struct RandomModelBuilder {
  var random: RandomStream
  var tensors: [QuantizedTensor]
  var layers: [QuantizedLayer] = []

  init(seed: UInt64) {
    random = RandomStream(seed: seed, purpose: .testing, 0x0C7E7)
    let shape = ImageShape(
      height: Int.random(in: 1...16, using: &random), width: Int.random(in: 1...16, using: &random),
      channels: Int.random(in: 1...3, using: &random))
    tensors = [QuantizedTensor(shape: shape, zeroPoint: -128, scale: 1 / 255)]
  }

  mutating func build(layerCount: Int?) -> QuantizedModel {
    for _ in 0..<(layerCount ?? draw(0...7)) { appendLayer() }
    let classNames = appendLogits()
    var model = QuantizedModel(head: drawHead(), classNames: classNames, tensors: tensors, layers: layers)
    model.fitBorders()
    widenBorders(&model)
    return model
  }

  mutating func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  /// True once in `times`.
  mutating func happens(onceIn times: Int) -> Bool { draw(1...times) == 1 }

  mutating func drawZeroPoint() -> Int {
    switch draw(0...5) {
    case 0: -128
    case 1: 127
    case 2: 0
    default: draw(-128...127)
    }
  }

  private mutating func appendLayer() {
    // Mostly the newest tensor, so that networks grow deep.
    let input = happens(onceIn: 4) ? draw(0...tensors.count - 1) : tensors.count - 1
    let kinds = Self.drawnKinds
    append(kinds[draw(0...kinds.count - 1)], input)
  }

  private mutating func drawHead() -> QuantizedModel.Head {
    let isSingle = tensors[tensors.count - 1].shape.channels == 1
    return switch draw(0...3) {
    case 0: .linear
    case 1: .sigmoid
    default: isSingle ? .sigmoid : .softmax
    }
  }

  /// The last layer, with the names of its classes.
  private mutating func appendLogits() -> [String] {
    let outputs = draw(1...12)
    let newest = tensors.count - 1
    if happens(onceIn: 6), !layers.isEmpty, tensors[newest].shape.isFlat {
      // The tensor that is there, such as a global average, seen through a table.
      appendTable(newest)
    } else {
      appendDense(newest, units: outputs)
    }
    let last = tensors.count - 1
    let layer = layers[last - 1]
    if layer.kind.hasWeights, layer.table.isEmpty, !happens(onceIn: 4) {
      tensors[last].elementBytes = 2
      tensors[last].zeroPoint = 0
      let low = happens(onceIn: 3) ? draw(-32_768...0) : -32_768
      let high = happens(onceIn: 3) ? draw(0...32_767) : 32_767
      layers[last - 1].clamp = low...high
      let gain = Double(draw(1...256))
      layers[last - 1].scalings = layer.scalings.map {
        FixedPointScaling(min($0.factor * gain, 0.2499)) ?? $0
      }
    }
    tensors[last].scale = Float(draw(1...1000)) / 1000
    let count = tensors[last].shape.channels
    let names = ["nought", "1", "zwei", "trois", "čtyři", "五", "6", "", "8", "9"]
    return (0..<max(count, 2)).map { $0 < names.count && happens(onceIn: 2) ? names[$0] : "\($0)" }
  }

  /// A border may be wider than any reader needs.
  private mutating func widenBorders(_ model: inout QuantizedModel) {
    for index in Set(model.layers.filter { $0.kind.traits.contains(.border) }.map { $0.inputs[0] }).sorted()
    where happens(onceIn: 4) {
      model.tensors[index].border.above += draw(0...2)
      model.tensors[index].border.below += draw(0...2)
      model.tensors[index].border.left += draw(0...2)
      model.tensors[index].border.right += draw(0...2)
    }
  }
}
