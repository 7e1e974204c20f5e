import Octet
import OctetNetwork
import OctetQuantization

// All that the tests know of kinds of layers, each written from the documents and not from the code. A new kind is
// added to each of the switches here, and to the networks.

extension WholeLayerStep {
  /// The layer's definition in docs/NUMERICS.md, on whole arrays of integers; docs/OPERATORS.md numbers the kinds.
  func compute(_ first: [Int], _ second: [Int]) -> [Int] {
    switch layer.kind {
    case 1, 2, 3: return forEachOutput { weighted(first, row: $0, column: $1, channel: $2) }
    case 4: return forEachOutput { cells(first, row: $0, column: $1, channel: $2).max() ?? 0 }
    case 5:
      let pairs = isCut ? layer.windowHeight * layer.windowWidth : 1
      return forEachOutput { row, column, channel in
        let cells = cells(first, row: row, column: column, channel: channel)
        return mean(cells, pair: pairs == 1 ? 0 : cells.count - 1, pairs: pairs)
      }
    case 6:
      return (0..<input.channels).map { channel in
        let cells = stride(from: channel, to: first.count, by: input.channels).map { first[$0] }
        return mean(cells, pair: 0, pairs: 1)
      }
    case 7: return join(first, second) { $0 + $1 }
    case 8: return first.map { file.int8(layer.constants + $0 + 128) }
    case 9: return join(first, second) { max($0, $1) }
    case 10: return multiply(first, second)
    case 11: return join(first, second) { $0 - $1 }
    case 12: return join(first, second) { min($0, $1) }
    case 13: return concatenate(first, second)
    case 14: return arrange(first)
    case 15: return resample(first)
    case 16: return softmax(first)
    case 17: return squareDifference(first, second)
    default: preconditionFailure("kind \(layer.kind)")
    }
  }
}

extension DoubleReference {
  /// What a layer makes of a batch, but for its activation.
  func compute(
    _ layer: LayerDescription, _ inputs: [[[Double]]], from input: ImageShape, to output: ImageShape
  ) -> [[Double]] {
    let images = inputs[0]
    func parameter(_ name: String) -> [Double] { parameters["\(layer.name).\(name)"] ?? [] }
    switch layer.kind {
    case .dense(let dense):
      let weight = parameter("weight")
      return images.map { image in
        (0..<dense.units).map { unit in
          image.indices.reduce(dense.hasBias ? parameter("bias")[unit] : 0) {
            $0 + image[$1] * weight[$1 * dense.units + unit]
          }
        }
      }
    case .convolution(let convolution):
      let weight = parameter("weight")
      let bias = convolution.hasBias ? parameter("bias") : nil
      return images.map { image in
        slide(convolution.window, input, output) { cells, filter in
          cells.reduce(bias?[filter] ?? 0) { sum, cell in
            (0..<input.channels).reduce(sum) {
              $0 + image[cell.pixel * input.channels + $1]
                * weight[(cell.place * input.channels + $1) * output.channels + filter]
            }
          }
        }
      }
    case .depthwiseConvolution(let convolution):
      let weight = parameter("weight")
      let bias = convolution.hasBias ? parameter("bias") : nil
      return images.map { image in
        slide(convolution.window, input, output) { cells, channel in
          cells.reduce(bias?[channel] ?? 0) {
            $0 + image[$1.pixel * input.channels + channel / convolution.multiplier]
              * weight[$1.place * output.channels + channel]
          }
        }
      }
    case .maxPooling(let pooling):
      return images.map { image in
        slide(pooling.window, input, output) { cells, channel in
          cells.map { image[$0.pixel * input.channels + channel] }.max() ?? 0
        }
      }
    case .averagePooling(let pooling):
      return images.map { average($0, pooling.window, input, output) }
    case .globalAveragePooling:
      return images.map { average($0, Window(height: input.height, width: input.width), input, output) }
    case .batchNormalization(let normalization):
      return normalize(images, input, layer.name, epsilon: Double(normalization.epsilon))
    case .add(let kind): return join(inputs, kind.operand, parameter("constants"), +)
    case .subtract(let kind): return join(inputs, kind.operand, parameter("constants"), -)
    case .multiply(let kind): return join(inputs, kind.operand, parameter("constants"), *)
    case .maximum(let kind): return join(inputs, kind.operand, parameter("constants")) { $0 > $1 ? $0 : $1 }
    case .minimum(let kind): return join(inputs, kind.operand, parameter("constants")) { $0 < $1 ? $0 : $1 }
    case .squaredDifference(let kind):
      return join(inputs, kind.operand, parameter("constants")) { $0 * $0 - 2 * $0 * $1 + $1 * $1 }
    case .concatenate(let kind):
      return zip(images, inputs[1]).map { concatenate($0, $1, along: kind.axis, input, output) }
    case .arrange(let kind):
      return images.map { image in
        (0..<output.count).map { index in
          var (place, rest) = (kind.first, index)
          for part in kind.parts.reversed() {
            place += rest % part.size * part.stride
            rest /= part.size
          }
          return image[place]
        }
      }
    case .resize(let kind): return images.map { resize($0, kind, input, output) }
    case .flatten, .dropout, .activation:
      return images
    }
  }
}

extension DoubleReference {
  private func join(
    _ inputs: [[[Double]]], _ operand: JoinOperand, _ constants: [Double], _ join: (Double, Double) -> Double
  ) -> [[Double]] {
    inputs[0].enumerated().map { index, image in
      let second = operand == .layer ? inputs[1][index] : constants
      return image.indices.map { join(image[$0], second[$0 % second.count]) }
    }
  }

  private func concatenate(
    _ one: [Double], _ other: [Double], along axis: ImageAxis, _ input: ImageShape, _ output: ImageShape
  ) -> [Double] {
    var (first, second) = (one[...], other[...])
    let cells = axis == .channels ? output.height * output.width : axis == .columns ? output.height : 1
    var made: [Double] = []
    for _ in 0..<cells {
      made += first.prefix(one.count / cells) + second.prefix(other.count / cells)
      first = first.dropFirst(one.count / cells)
      second = second.dropFirst(other.count / cells)
    }
    return made
  }

  /// Half a cell from corner to corner, or as `kind` says.
  private func resize(_ image: [Double], _ kind: Resize, _ input: ImageShape, _ output: ImageShape)
    -> [Double]
  {
    func position(_ index: Int, _ from: Int, _ to: Int) -> Double {
      switch kind.alignment {
      case .halfPixel: (Double(index) + 0.5) * Double(from) / Double(to) - 0.5
      case .corner: Double(index) * Double(from) / Double(to)
      case .aligned: to == 1 ? 0 : Double(index) * Double(from - 1) / Double(to - 1)
      }
    }
    func value(_ y: Int, _ x: Int, _ channel: Int) -> Double {
      let (row, column) = (min(max(y, 0), input.height - 1), min(max(x, 0), input.width - 1))
      return image[(row * input.width + column) * input.channels + channel]
    }
    func nearest(_ position: Double) -> Int {
      switch kind.rounding {
      case .floor: Int(position.rounded(.down))
      case .ceil: Int(position.rounded(.up))
      case .halfDown: Int((position - 0.5).rounded(.up))
      case .halfUp: Int((position + 0.5).rounded(.down))
      }
    }
    return (0..<output.count).map { index in
      let channel = index % output.channels
      let y = position(index / output.channels / output.width, input.height, output.height)
      let x = position(index / output.channels % output.width, input.width, output.width)
      if kind.method == .nearest { return value(nearest(y), nearest(x), channel) }
      let (row, column) = (y.rounded(.down), x.rounded(.down))
      let (down, across) = (y - row, x - column)
      let (r, c) = (Int(row), Int(column))
      return (1 - down) * ((1 - across) * value(r, c, channel) + across * value(r, c + 1, channel))
        + down * ((1 - across) * value(r + 1, c, channel) + across * value(r + 1, c + 1, channel))
    }
  }
}

extension RandomModelBuilder {
  /// What a random layer is, as often as the kind is here; mostly kinds that have several kernels.
  static let drawnKinds: [LayerKind] =
    [LayerKind](repeating: .convolution, count: 10)
    + [LayerKind](repeating: .depthwiseConvolution, count: 5)
    + LayerKind.allCases + LayerKind.allCases.filter { !$0.traits.contains(.wholeInput) }

  mutating func append(_ kind: LayerKind, _ input: Int) {
    switch kind {
    case .dense: appendDense(input, units: draw(1...20))
    case .convolution: appendConvolution(input)
    case .depthwiseConvolution: appendDepthwise(input)
    case .maximumPooling, .averagePooling: appendPooling(kind, input)
    case .globalAveragePooling: appendGlobalAverage(input)
    case .add, .maximum, .subtract, .minimum, .multiply, .squaredDifference: appendJoin(kind, input)
    case .concatenation: appendConcatenation(input)
    case .arrangement: appendArrangement(input)
    case .resampling: appendResampling(input)
    case .softmax: appendSoftmax(input)
    case .table: appendTable(input)
    }
  }
}

extension FloatLayerKind {
  /// Networks whose analytic gradients are compared with numeric ones. Each kind must be in one of them.
  package static let gradientNetworks: [String] = [
    "input 7\ndense 5 relu\ndense 3 softmax",
    "input 7\ndense 5 sigmoid\ndense 4 no-bias tanh\ndense 3 softmax",
    "input 6x5x2\nconv 3 3x3 relu\nflatten\ndense 3 softmax",
    "input 6x5x2\nconv 3 3x2 stride 2 padding same tanh\nflatten\ndense 3 softmax",
    "input 5x7x3\nconv 4 2x3 stride 1x2 padding same no-bias sigmoid\nconv 2 1x1\nflatten\ndense 3 softmax",
    "input 6x6x2\nconv 3 3x3 tanh\nconv 2 1x1 stride 2 padding same\nflatten\ndense 3 softmax",
    "input 6x5x3\ndepthwise 3x3 padding same relu\nflatten\ndense 3 softmax",
    "input 6x5x2\ndepthwise 2x3 stride 2 multiplier 3 no-bias tanh\nflatten\ndense 3 softmax",
    "input 6x6x2\nconv 3 3x3\nmaxpool 2x2\nflatten\ndense 3 softmax",
    // Gradients that are mostly zeros, over patches long enough for the sparse products.
    "input 6x6x2\nconv 4 3x3 padding same\nconv 3 3x3 padding same\nmaxpool 2x2\nflatten\ndense 3 softmax",
    "input 6x7x4\nconv 5 3x3 stride 2 padding same relu\nmaxpool 2x2 stride 2 padding same\nflatten\ndense 3 softmax",
    "input 7x6x2\nmaxpool 3x3 stride 2 padding same\ntanh\nconv 3 2x2\nmaxpool 2x2 stride 1 relu\nflatten\n"
      + "dense 3 softmax",
    "input 7x6x2\nconv 3 2x2\naveragepool 3x2 stride 2 padding same sigmoid\nflatten\ndense 3 softmax",
    "input 6x5x2\nconv 3 3x3 relu\nglobalaveragepool tanh\ndense 3 softmax",
    "input 4x4x2\nconv 3 3x3 no-bias\nbatchnorm relu\nflatten\ndense 3 softmax",
    "input 5\ndense 4\nbatchnorm momentum 0.9 epsilon 0.01 tanh\ndense 3 softmax",
    "input 4x4x2\na = conv 2 3x3 padding same relu\nconv 2 3x3 padding same\nadd a relu\nflatten\ndense 3 softmax",
    "input 4x4x2\na = conv 2 3x3 padding same\nb = relu\nadd a\nadd b tanh\nadd a\nflatten\ndense 3 softmax",
    "input 4\na = dense 4 tanh\nadd a\nadd input\ndense 3 softmax",
    "input 4x4x2\na = conv 2 3x3 padding same relu\nb = conv 2 1x1 from a\nconv 2 1x1 from a\nadd b\n"
      + "globalaveragepool\ndense 3 softmax",
    "input 4x4x2\na = conv 2 3x3 padding same\nconv 2 1x1 padding same tanh\nmaximum a relu\nmaximum input\nflatten\n"
      + "dense 3 softmax",
    "input 4\na = dense 4 tanh\nmaximum a\nmaximum input sigmoid\ndense 3 softmax",
    "input 4x4x2\na = conv 2 3x3 padding same tanh\nb = globalaveragepool from a\nconv 2 1x1 from a\nmultiply b relu\n"
      + "subtract b\nadd b\nminimum a\nmaximum b sigmoid\nflatten\ndense 3 softmax",
    "input 3x4x2\na = conv 2 3x3 padding same tanh\nmultiply constants:value\nadd constants:channel\nsubtract a\n"
      + "maximum constants:value\nminimum constants:channel tanh\nflatten\ndense 3 softmax",
    "input 4x4x2\na = conv 2 3x3 padding same tanh\nb = globalaveragepool from a\nconv 2 1x1 from a\n"
      + "squareddifference a\nsquareddifference b relu\nflatten\nc = dense 4\ndense 4 tanh\n"
      + "squareddifference c sigmoid\ndense 3 softmax",
    "input 3x4x2\nconv 2 3x3 padding same tanh\nsquareddifference constants:value\n"
      + "squareddifference constants:channel tanh\nflatten\ndense 3 softmax",
    "input 4x3x2\na = conv 3 1x1 tanh\nb = conv 2 1x1 from a\nconcatenate a\nconcatenate along rows a from a\n"
      + "concatenate along columns a relu from a\nconcatenate along columns a\narrange 3x4x6 start 2 3:9 4:3 3:1 2:27\n"
      + "flatten\ndense 3 softmax",
    "input 4x3x2\nconv 3 2x2\nresize 5x4 bilinear\nresize 3x7 bilinear aligned\nresize 4x3 bilinear corner tanh\n"
      + "resize 6x6 nearest\nresize 5x5 nearest corner floor\narrange 2x3x3 start 70 2:-15 3:-6 3:1\nflatten\n"
      + "dense 3 softmax",
    "input 4x3x2\nconv 3 2x2 softmax\nconv 4 1x1\nsoftmax\nglobalaveragepool\ndense 5 softmax\ndense 3 softmax",
    // Functions of one value, at the end of layers of several kinds, by themselves, and as the end of the network.
    "input 6x5x2\nconv 3 3x3 gelu\ndepthwise 2x2 silu\nmaxpool 2x2 leakyrelu:0.3\nflatten\ndense 3 softmax",
    "input 6x6x2\na = conv 2 3x3 padding same elu:0.7\nmish\nadd a selu\nhardswish\naveragepool 2x2 softsign\nflatten\n"
      + "dense 3 softmax",
    "input 7\ndense 6 softplus\nbatchnorm gelu-tanh\ndense 5 clip:-0.5:0.75\ndense 4 abs\ndense 3 exp",
    "input 7\ndense 6 relu6\ndense 5 hardsigmoid\ndense 4 x*sigmoid(1.7*x)/(1+x*x)\n"
      + "gate(step(x-0.25),sin(x))-cos(x)/(2+log(1+x*x))\ndense 3 silu",
    "input 7\ndense 6 atan(2*x)\ndense 5 x+0.3*floor(x+0.3)\ndense 4 x-0.2*round(x-0.2)\ndense 3 linear",
    "input 6\ndense 5 tanh\ndense 3 sigmoid",
    "input 6\ndense 5 tanh\ndense 3 linear",
    "input 6\ndense 5 tanh\ndense 3 tanh",
    "input 6\ndense 5 relu\ndense 1 sigmoid",
    "input 6\ndense 5 relu\ndense 1 tanh",
  ]
}

extension LayerKind {
  /// What the layer's own node is called in the ONNX export.
  package var onnxOperator: String {
    switch self {
    case .dense: "Gemm"
    case .convolution, .depthwiseConvolution: "Conv"
    case .maximumPooling: "MaxPool"
    case .averagePooling: "AveragePool"
    case .globalAveragePooling: "GlobalAveragePool"
    case .add: "Add"
    case .maximum: "Max"
    case .multiply, .squaredDifference: "Mul"
    case .subtract: "Sub"
    case .minimum: "Min"
    case .concatenation: "Concat"
    case .arrangement, .resampling: "Gather"
    case .softmax: "Softmax"
    case .table: "Gather"
    }
  }
}

extension FloatLayerKind {
  /// The kind that comes after another one, so that the compiler asks for a new kind's place.
  private static func sample(after kind: FloatLayerKind?) -> FloatLayerKind? {
    let window = Window(height: 2, width: 2)
    return switch kind {
    case nil: .dense(Dense(units: 3))
    case .dense: .convolution(Convolution(filters: 3, window: window))
    case .convolution: .depthwiseConvolution(DepthwiseConvolution(window: window, multiplier: 2))
    case .depthwiseConvolution: .maxPooling(MaxPooling(window: window))
    case .maxPooling: .averagePooling(AveragePooling(window: window))
    case .averagePooling: .globalAveragePooling(GlobalAveragePooling())
    case .globalAveragePooling: .batchNormalization(BatchNormalization())
    case .batchNormalization: .add(Add())
    case .add: .maximum(Maximum())
    case .maximum: .subtract(Subtract())
    case .subtract: .multiply(Multiply())
    case .multiply: .minimum(Minimum())
    case .minimum: .squaredDifference(SquaredDifference())
    case .squaredDifference: .concatenate(Concatenate(.rows))
    case .concatenate:
      .arrange(
        Arrange(
          ImageShape(height: 4, width: 3, channels: 2), first: 2,
          parts: [
            Arrange.Part(size: 4, stride: 2), Arrange.Part(size: 3, stride: 15),
            Arrange.Part(size: 2, stride: 1),
          ]))
    case .arrange: .resize(Resize(height: 20, width: 17, .bilinear))
    case .resize: .flatten(Flatten())
    case .flatten: .dropout(Dropout(rate: 0.5))
    case .dropout: .activation(ActivationOnly())
    case .activation: nil
    }
  }

  /// One layer of each kind.
  package static let samples: [FloatLayerKind] = {
    var kinds: [FloatLayerKind] = []
    while let next = sample(after: kinds.last) { kinds.append(next) }
    return kinds
  }()
}
