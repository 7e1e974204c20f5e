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
    drawInput(&model)
    drawOutputs(&model)
    model.fitBorders()
    widenBorders(&model)
    return model
  }

  mutating func buildDense() -> QuantizedModel {
    appendDense(0, units: 128 * draw(1...2))
    appendDense(1, units: 128)
    let classNames = appendLogits()
    var model = QuantizedModel(head: drawHead(), classNames: classNames, tensors: tensors, layers: layers)
    model.fitBorders()
    return model
  }

  /// Perhaps features, or pixels that a factor and an offset bring to the input.
  private mutating func drawInput(_ model: inout QuantizedModel) {
    let channels = tensors[0].shape.channels
    switch draw(0...5) {
    case 0: model.inputKind = .features
    case 1:
      model.pictureForm.takesBlueFirst = channels == 3
      model.pixelMap = (0..<channels).map { _ in
        switch draw(0...4) {
        case 0: PixelFactor(factor: 1 << 22, offset: -(1 << 30))
        case 1: PixelFactor(factor: -(1 << 22), offset: 1 << 30)
        default:
          PixelFactor(
            factor: Int32(draw(-100_000...100_000)), offset: Int32(draw(-10_000_000...10_000_000)))
        }
      }
    default: break
    }
  }

  /// Perhaps more outputs than one, and others than classes.
  private mutating func drawOutputs(_ model: inout QuantizedModel) {
    if happens(onceIn: 5) {
      model.outputs[0].meaning = happens(onceIn: 2) ? .labels : .numbers
      if model.outputs[0].head == .softmax { model.outputs[0].head = .sigmoid }
      let count = tensors[model.outputs[0].tensor].shape.channels
      model.outputs[0].names = happens(onceIn: 2) ? [] : Array(model.outputs[0].names.prefix(count))
    }
    guard happens(onceIn: 4) else { return }
    for _ in 0..<draw(1...3) {
      let tensor = draw(1...tensors.count - 1)
      let channels = tensors[tensor].shape.channels
      var output = QuantizedOutput(tensor: tensor, meaning: .numbers, head: .linear, names: [])
      if tensors[tensor].shape.isFlat {
        output.meaning = happens(onceIn: 2) ? .classes : .labels
        output.head = output.meaning == .classes && channels > 1 ? .softmax : .sigmoid
      }
      model.outputs.append(output)
    }
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
    let outputs = happens(onceIn: 40) ? draw(500...1_100) : draw(1...12)
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
