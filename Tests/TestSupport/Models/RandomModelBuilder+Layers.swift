import Octet
import OctetNetwork
import OctetQuantization

extension RandomModelBuilder {
  mutating func appendDense(_ input: Int, units: Int) {
    var layer = QuantizedLayer(.dense, inputs: [input])
    fill(&layer, outputs: units, weightsPerOutput: tensors[input].shape.count)
    append(layer, ImageShape(flat: units), zeroPoint: drawZeroPoint())
  }

  mutating func appendConvolution(_ input: Int) {
    let filters = draw(1...happensOften(20, 5))
    var layer = QuantizedLayer(.convolution, inputs: [input])
    guard let places = placeWindow(&layer, allowsPool: true) else { return appendTable(input) }
    fill(
      &layer, outputs: filters,
      weightsPerOutput: layer.window.count * tensors[input].shape.channels)
    append(
      layer, ImageShape(height: places.height, width: places.width, channels: filters),
      zeroPoint: drawZeroPoint())
  }

  mutating func appendDepthwise(_ input: Int) {
    let outputs = tensors[input].shape.channels * (happens(onceIn: 3) ? draw(2...3) : 1)
    var layer = QuantizedLayer(.depthwiseConvolution, inputs: [input])
    guard outputs <= 64, let places = placeWindow(&layer, allowsPool: false) else {
      return appendTable(input)
    }
    fill(&layer, outputs: outputs, weightsPerOutput: layer.window.count)
    append(
      layer, ImageShape(height: places.height, width: places.width, channels: outputs),
      zeroPoint: drawZeroPoint())
  }

  mutating func appendPooling(_ kind: QuantizedLayer.Kind, _ input: Int) {
    let shape = tensors[input].shape
    var layer = QuantizedLayer(kind, inputs: [input])
    layer.window = Extent(draw(1...4), draw(1...4))
    layer.stride = Extent(draw(1...4), draw(1...4))
    layer.reach = Extent(draw(0...layer.window.height - 1), draw(0...layer.window.width - 1))
    // Every window covers a cell: its first row or column lies before the end of the input.
    func places(_ extent: Int, _ stride: Int, _ reach: Int) -> Int { (extent - 1 + reach) / stride + 1 }
    var height = places(shape.height, layer.stride.height, layer.reach.height)
    var width = places(shape.width, layer.stride.width, layer.reach.width)
    if happens(onceIn: 4) { height = draw(1...height) }
    if happens(onceIn: 4) { width = draw(1...width) }
    let output = ImageShape(height: height, width: width, channels: shape.channels)
    guard kind == .averagePooling else {
      return append(layer, output, zeroPoint: tensors[input].zeroPoint, scale: tensors[input].scale)
    }
    layer.clamp = drawClamp()
    let isCut =
      layer.reach.height > 0 || layer.reach.width > 0
      || (height - 1) * layer.stride.height + layer.window.height > shape.height
      || (width - 1) * layer.stride.width + layer.window.width > shape.width
    let gain = drawGain()
    let counts = isCut ? Array(1...layer.window.count) : [layer.window.count]
    if !fillMean(&layer, gain: gain, counts: counts) {
      return append(layer, output, zeroPoint: tensors[input].zeroPoint, scale: tensors[input].scale)
    }
    append(layer, output, zeroPoint: drawZeroPoint())
  }

  mutating func appendGlobalAverage(_ input: Int) {
    let shape = tensors[input].shape
    var layer = QuantizedLayer(.globalAveragePooling, inputs: [input])
    layer.clamp = drawClamp()
    if !fillMean(&layer, gain: drawGain(), counts: [shape.height * shape.width]) {
      return append(
        layer, ImageShape(flat: shape.channels), zeroPoint: tensors[input].zeroPoint,
        scale: tensors[input].scale)
    }
    append(layer, ImageShape(flat: shape.channels), zeroPoint: drawZeroPoint())
  }

  /// One of the three ways to round a mean; false for the one that keeps the scale.
  private mutating func fillMean(_ layer: inout QuantizedLayer, gain: Double, counts: [Int]) -> Bool {
    switch draw(0...2) {
    case 0:
      layer.rounding = .awayFromZero
      return false
    case 1:
      layer.rounding = .halfUpThenAway
      layer.scalings = counts.map { count in
        // Half of them are no multiplier of 31 bits, as TensorFlow Lite's own.
        FixedPointScaling(liteMean: gain, cells: count) ?? scaling(gain / Double(count))
      }
    default: layer.scalings = counts.map { scaling(gain / Double(256 * $0)) }
    }
    return true
  }

  mutating func appendJoin(_ kind: QuantizedLayer.Kind, _ input: Int) {
    let shape = tensors[input].shape
    let cell = ImageShape(flat: shape.channels)
    let partners = tensors.indices.filter { tensors[$0].shape == shape || tensors[$0].shape == cell }
    var layer = QuantizedLayer(kind, inputs: [input, partners[draw(0...partners.count - 1)]])
    if happens(onceIn: 4) {
      layer.inputs = [input]
      let isWhole = happens(onceIn: 2)
      layer.constants = QuantizedLayer.Constants(
        isWhole ? .constants : .channelConstants,
        (0..<(isWhole ? shape.count : shape.channels)).map { _ in Int8.random(in: -128...127, using: &random)
        },
        zeroPoint: drawZeroPoint())
    }
    layer.clamp = drawClamp()
    layer.inputScaling = drawSharedFactors()
    if kind.traits.contains(.product) {
      layer.rounding = happens(onceIn: 2) ? .halfUp : .halfUpThenAway
      let factor =
        happens(onceIn: 6)
        ? FixedPointScaling(
          multiplier: Int32(draw(1 << 30...Int(Int32.max))), shift: UInt8(draw(27...36)))
        : scaling(drawGain() / 64)
      layer.inputScaling = .product(factor)
    } else if kind.traits.contains(.squares) {
      layer.rounding = .halfUpThenAway
      layer.inputScaling = drawSquareFactors()
    } else if kind.traits.contains(.factorsOfInputs), happens(onceIn: 2) {
      layer.rounding = .halfUpThenAway
      layer.inputScaling = drawOwnFactors()
    }
    append(layer, shape, zeroPoint: drawZeroPoint())
  }

  private mutating func drawSharedFactors() -> QuantizedLayer.InputScaling {
    switch draw(0...5) {
    case 0: .shared(first: 1 << 21, second: 1 << 21, shift: draw(1...30))
    case 1: .shared(first: 0, second: draw(0...1 << 21), shift: 30)
    case 2: .shared(first: 1 << 20, second: 1 << 20, shift: 20)
    default: .shared(first: draw(1 << 19...1 << 21), second: draw(1 << 19...1 << 21), shift: draw(20...21))
    }
  }

  mutating func appendConcatenation(_ input: Int) {
    let shape = tensors[input].shape
    // Along each axis the tensors that differ in nothing else.
    let axis = [ImageAxis.rows, .columns, .channels][draw(0...2)]
    let partners = tensors.indices.filter {
      (try? Concatenate(axis).outputShape(joining: [shape, tensors[$0].shape])) != nil
    }
    let partner = partners[draw(0...partners.count - 1)]
    guard let output = try? Concatenate(axis).outputShape(joining: [shape, tensors[partner].shape]),
      output.height <= 64, output.width <= 64, output.channels <= 64
    else { return appendTable(input) }
    var layer = QuantizedLayer(.concatenation, inputs: [input, partner])
    layer.inputScaling = drawSharedFactors()
    layer.clamp = happens(onceIn: 2) ? -128...127 : drawClamp()
    // Half of them copy what they get.
    let zeroPoint = happens(onceIn: 2) ? tensors[input].zeroPoint : drawZeroPoint()
    append(layer, output, zeroPoint: zeroPoint)
  }

  /// A part of the input's values, in any order of its axes, some of them backward or repeated.
  mutating func appendArrangement(_ input: Int) {
    let shape = tensors[input].shape
    var first = 0
    var axes: [(size: Int, stride: Int)] = []
    for (size, stride) in [
      (shape.height, shape.width * shape.channels), (shape.width, shape.channels), (shape.channels, 1),
    ] {
      let count = happens(onceIn: 2) ? size : draw(1...size)
      let step = happens(onceIn: 3) ? draw(1...max((size - 1) / max(count - 1, 1), 1)) : 1
      let start = draw(0...size - 1 - (count - 1) * step)
      let isBackward = happens(onceIn: 4)
      first += (isBackward ? start + (count - 1) * step : start) * stride
      axes.append((count, (isBackward ? -step : step) * stride))
    }
    if happens(onceIn: 3) { axes.shuffle(using: &random) }
    if happens(onceIn: 4) { axes.insert((draw(2...3), 0), at: draw(0...2)) }
    if axes.count == 4 {
      let place = draw(0...1)
      let output = ImageShape(
        height: axes[0].size, width: place == 0 ? axes[1].size * axes[2].size : axes[1].size,
        channels: place == 0 ? axes[3].size : axes[2].size * axes[3].size)
      return append(
        Arrange(output, first: first, parts: axes.map { Arrange.Part(size: $0.size, stride: $0.stride) }),
        input)
    }
    let output = ImageShape(height: axes[0].size, width: axes[1].size, channels: axes[2].size)
    append(
      Arrange(output, first: first, parts: axes.map { Arrange.Part(size: $0.size, stride: $0.stride) }), input
    )
  }

  private mutating func append(_ arrange: Arrange, _ input: Int) {
    guard arrange.shape.count <= 4096, let places = arrange.fileSection(input: tensors[input].shape) else {
      return appendTable(input)
    }
    var layer = QuantizedLayer(.arrangement, inputs: [input])
    layer.places = places
    append(layer, arrange.shape, zeroPoint: tensors[input].zeroPoint, scale: tensors[input].scale)
  }

  mutating func appendResampling(_ input: Int) {
    let shape = tensors[input].shape
    let resize = Resize(
      height: draw(1...min(2 * shape.height + 1, 24)), width: draw(1...min(2 * shape.width + 1, 24)),
      happens(onceIn: 3) ? .nearest : .bilinear, [.halfPixel, .corner, .aligned][draw(0...2)],
      [.floor, .ceil, .halfDown, .halfUp][draw(0...3)])
    let output = ImageShape(height: resize.height, width: resize.width, channels: shape.channels)
    var layer = QuantizedLayer(.resampling, inputs: [input])
    layer.places = resize.fileSection(input: shape)
    append(layer, output, zeroPoint: tensors[input].zeroPoint, scale: tensors[input].scale)
  }

  mutating func appendSoftmax(_ input: Int) {
    var layer = QuantizedLayer(.softmax, inputs: [input])
    let multiplier = [1 << 30, Int(Int32.max), draw(1 << 30...Int(Int32.max))][draw(0...2)]
    let shift = happens(onceIn: 4) ? draw(0...31) : draw(18...26)
    layer.places =
      (0..<4).map { UInt8(multiplier >> (8 * $0) & 255) } + [UInt8(shift)]
      + [UInt8](repeating: 0, count: 11)
    append(layer, tensors[input].shape, zeroPoint: -128, scale: 1 / 256)
  }

  /// As TensorFlow Lite's ADD has them, and sometimes anything that is allowed.
  private mutating func drawOwnFactors() -> QuantizedLayer.InputScaling {
    if happens(onceIn: 4) { return drawAnyFactors(leastShift: 31) }
    let scales = (0..<2).map { _ in Float(draw(1...1000)) / 1000 }
    return QuantizedLayer.InputScaling(lite: scales, output: Float(draw(100...2000)) / 1000)
      ?? .own(first: scaling(0.2), second: scaling(0.2), output: scaling(0.2))
  }

  /// As TensorFlow Lite's SQUARED_DIFFERENCE has them, and sometimes anything that is allowed.
  private mutating func drawSquareFactors() -> QuantizedLayer.InputScaling {
    if happens(onceIn: 4) { return drawAnyFactors(leastShift: 33) }
    let scales = (0..<2).map { _ in Float(draw(1...1000)) / 1000 }
    let largest = max(scales[0], scales[1])
    return QuantizedLayer.InputScaling(liteSquare: scales, output: largest * largest * Float(draw(1...2000)))
      ?? drawAnyFactors(leastShift: 33)
  }

  /// - Parameter leastShift: of what both come to.
  private mutating func drawAnyFactors(leastShift: Int) -> QuantizedLayer.InputScaling {
    let factors = (0..<3).map { place in
      let multiplier = [0, 1 << 30, .max, Int32(draw(1 << 30...Int(Int32.max)))][draw(0...3)]
      // An input's factor is at most a half.
      let least = place == 2 ? leastShift : multiplier > 1 << 30 ? 32 : 31
      return FixedPointScaling(
        multiplier: multiplier, shift: UInt8(happens(onceIn: 2) ? draw(least...33) : draw(least...62)))
    }
    return .own(first: factors[0], second: factors[1], output: factors[2])
  }

  mutating func appendTable(_ input: Int) {
    var layer = QuantizedLayer(.table, inputs: [input])
    layer.table = (0..<256).map { _ in Int8.random(in: -128...127, using: &random) }
    append(layer, tensors[input].shape, zeroPoint: drawZeroPoint())
  }

  private mutating func append(
    _ layer: QuantizedLayer, _ shape: ImageShape, zeroPoint: Int, scale: Float? = nil
  ) {
    layers.append(layer)
    tensors.append(
      QuantizedTensor(shape: shape, zeroPoint: zeroPoint, scale: scale ?? Float(draw(1...1000)) / 100))
  }

  /// Sets window, stride, reach and pool; gives the places, or nil where nothing fits.
  private mutating func placeWindow(
    _ layer: inout QuantizedLayer, allowsPool: Bool
  ) -> (height: Int, width: Int)? {
    let shape = tensors[layer.inputs[0]].shape
    layer.window = happens(onceIn: 2) ? Extent(3, 3) : Extent(draw(1...5), draw(1...5))
    layer.stride = happens(onceIn: 2) ? .one : Extent(draw(1...3), draw(1...3))
    if allowsPool, happens(onceIn: 3) { layer.pool = Extent(draw(1...3), draw(1...3)) }
    var below = Extent(0, 0)
    if happens(onceIn: 2) {
      layer.reach = Extent(draw(0...layer.window.height), draw(0...layer.window.width))
      below = Extent(draw(0...layer.window.height), draw(0...layer.window.width))
    }
    let room = Extent(
      shape.height + layer.reach.height + below.height, shape.width + layer.reach.width + below.width)
    guard room.height >= layer.window.height, room.width >= layer.window.width else { return nil }
    var height = (room.height - layer.window.height) / layer.stride.height + 1
    var width = (room.width - layer.window.width) / layer.stride.width + 1
    if height < layer.pool.height || width < layer.pool.width { layer.pool = .one }
    height /= layer.pool.height
    width /= layer.pool.width
    // Windows need not go on to the end.
    if happens(onceIn: 5) { height = draw(1...height) }
    return (height, width)
  }

  // MARK: numbers

  /// Bias, weights, scalings, clamp and perhaps a table, so that outputs spread over the int8 range.
  private mutating func fill(_ layer: inout QuantizedLayer, outputs: Int, weightsPerOutput: Int) {
    let isExtreme = happens(onceIn: 8)
    layer.weights = (0..<outputs * weightsPerOutput).map { _ in
      isExtreme ? (Bool.random(using: &random) ? 127 : -128) : Int8.random(in: -128...127, using: &random)
    }
    if happens(onceIn: 3) {
      layer.encoding = happens(onceIn: 2) ? .int4 : .ternary
      let range = layer.encoding.range
      layer.weights = layer.weights.map { weight in
        if isExtreme { return weight > 0 ? range.upperBound : range.lowerBound }
        return weight == -128 ? range.lowerBound : weight % (range.upperBound + 1)
      }
    } else if happens(onceIn: 5) {
      layer.weightZeroPoint = happens(onceIn: 3) ? [-128, 127][draw(0...1)] : draw(-128...127)
    }
    let room = Int(Int32.max) - (layer.weightZeroPoint == 0 ? 16_384 : 32_640) * weightsPerOutput
    // Sums of random products of this size are usual.
    let usual = 5000 * Double(weightsPerOutput).squareRoot()
    layer.bias = (0..<outputs).map { _ in
      if happens(onceIn: 30) { return Int32(Bool.random(using: &random) ? room : -room) }
      return Int32(draw(-Int(usual)...Int(usual)))
    }
    layer.scalings = (0..<outputs).map { _ in
      switch draw(0...40) {
      case 0: FixedPointScaling(multiplier: 1 << 30, shift: 33)
      case 1: FixedPointScaling(multiplier: .max, shift: 33)
      case 2: FixedPointScaling(multiplier: .max, shift: 62)
      case 3: FixedPointScaling(multiplier: 1 << 30, shift: 62)
      case 4: FixedPointScaling(multiplier: 0, shift: 62)
      default: scaling(drawGain() * 64 / usual)
      }
    }
    if happens(onceIn: 8) { coarsen(&layer) }
    layer.rounding = [.halfUp, .halfUpThenAway, .awayFromZero][draw(0...2)]
    layer.clamp = drawClamp()
    if happens(onceIn: 6) {
      // Rising, so that a fused pool and a pool afterwards are the same.
      layer.table = (0..<256).map { _ in Int8.random(in: -128...127, using: &random) }.sorted()
    }
  }

  /// Factors from 1/4 on, which bring most sums to the ends of the clamp, and biases that do not.
  private mutating func coarsen(_ layer: inout QuantizedLayer) {
    for channel in layer.scalings.indices where happens(onceIn: 2) {
      let multiplier = [Int32(1) << 30, .max, Int32(draw(1 << 30...Int(Int32.max)))][draw(0...2)]
      layer.scalings[channel] = FixedPointScaling(multiplier: multiplier, shift: UInt8(draw(27...34)))
      guard happens(onceIn: 2) else { continue }
      let perOutput = layer.weights.count / layer.scalings.count
      let isBySide = layer.kind != .depthwiseConvolution
      for place in 0..<perOutput {
        layer.weights[isBySide ? channel * perOutput + place : place * layer.scalings.count + channel] = 0
      }
      layer.bias[channel] = Int32(draw(-600...600))
    }
  }

  private mutating func drawClamp() -> ClosedRange<Int> {
    switch draw(0...3) {
    case 0:
      let low = draw(-128...127)
      return low...draw(low...127)
    case 1: return draw(-128...0)...127
    default: return -128...127
    }
  }

  private mutating func drawGain() -> Double { Double(draw(100...2000)) / 1000 }

  private func scaling(_ factor: Double) -> FixedPointScaling {
    let kept = min(max(factor, FixedPointScaling.smallest), 0.2499)
    return FixedPointScaling(kept) ?? FixedPointScaling(multiplier: 1 << 30, shift: 62)
  }

  private mutating func happensOften(_ rare: Int, _ usual: Int) -> Int { happens(onceIn: 4) ? rare : usual }
}
