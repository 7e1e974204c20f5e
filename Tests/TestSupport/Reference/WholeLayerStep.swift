/// One layer over whole feature maps.
struct WholeLayerStep {
  let file: WholeLayerFile
  let layer: WholeLayerFile.LayerRecord
  let output: WholeLayerFile.TensorRecord

  var input: WholeLayerFile.TensorRecord { file.tensors[layer.first] }

  func forEachOutput(_ body: (_ row: Int, _ column: Int, _ channel: Int) -> Int) -> [Int] {
    var values: [Int] = []
    for row in 0..<output.height {
      for column in 0..<output.width {
        for channel in 0..<output.channels { values.append(body(row, column, channel)) }
      }
    }
    return values
  }

  // MARK: weighted layers

  func weighted(_ source: [Int], row: Int, column: Int, channel: Int) -> Int {
    var largest = Int.min
    for poolRow in 0..<layer.poolHeight {
      for poolColumn in 0..<layer.poolWidth {
        let accumulator = accumulate(
          source, row: row * layer.poolHeight + poolRow, column: column * layer.poolWidth + poolColumn,
          channel: channel)
        largest = max(largest, accumulator)
      }
    }
    let count = output.channels
    let multiplier = file.int32(layer.constants + 4 * count + 4 * channel)
    let shift = Int(file.bytes[layer.constants + 8 * count + channel])
    let value = clamp(requantize(largest, multiplier, shift) + output.zeroPoint)
    return layer.hasTable ? file.int8(layer.constants + 9 * count + value + 128) : value
  }

  /// The accumulator at a place of the window, counted before pooling.
  private func accumulate(_ source: [Int], row: Int, column: Int, channel: Int) -> Int {
    let count = output.channels
    let parameters = 9 * count + (layer.hasTable ? 256 : 0)
    let weights = layer.constants + (parameters + 15) / 16 * 16
    var sum = file.int32(layer.constants + 4 * channel)
    if layer.kind == 1 {
      for index in source.indices {
        sum += source[index] * (file.int8(weights + channel * source.count + index) - layer.weightZeroPoint)
      }
      precondition(Int(Int32.min)...Int(Int32.max) ~= sum, "an accumulator overflows")
      return sum
    }
    for windowRow in 0..<layer.windowHeight {
      for windowColumn in 0..<layer.windowWidth {
        let y = row * layer.strideDown + windowRow - layer.reachAbove
        let x = column * layer.strideAcross + windowColumn - layer.reachLeft
        let isInside = 0..<input.height ~= y && 0..<input.width ~= x
        func value(_ channel: Int) -> Int {
          isInside ? source[(y * input.width + x) * input.channels + channel] : input.zeroPoint
        }
        let cell = windowRow * layer.windowWidth + windowColumn
        if layer.kind == 2 {
          let cells = layer.windowHeight * layer.windowWidth
          for inputChannel in 0..<input.channels {
            let place = (channel * cells + cell) * input.channels + inputChannel
            sum += value(inputChannel) * (file.int8(weights + place) - layer.weightZeroPoint)
          }
        } else {
          let weight = file.int8(weights + cell * count + channel) - layer.weightZeroPoint
          sum += value(channel * input.channels / count) * weight
        }
      }
    }
    precondition(Int(Int32.min)...Int(Int32.max) ~= sum, "an accumulator overflows")
    return sum
  }

  // MARK: pooling

  /// Whether some window lies partly beside the input.
  var isCut: Bool {
    layer.reachAbove > 0 || layer.reachLeft > 0
      || (output.height - 1) * layer.strideDown + layer.windowHeight > input.height
      || (output.width - 1) * layer.strideAcross + layer.windowWidth > input.width
  }

  /// The values of a channel under the window that lie on the input.
  func cells(_ source: [Int], row: Int, column: Int, channel: Int) -> [Int] {
    var found: [Int] = []
    for y in row * layer.strideDown - layer.reachAbove..<row * layer.strideDown - layer.reachAbove
      + layer.windowHeight where y >= 0 && y < input.height
    {
      for x in column * layer.strideAcross - layer.reachLeft..<column * layer.strideAcross - layer.reachLeft
        + layer.windowWidth where x >= 0 && x < input.width
      {
        found.append(source[(y * input.width + x) * input.channels + channel])
      }
    }
    return found
  }

  func mean(_ cells: [Int], pair: Int, pairs: Int) -> Int {
    let sum = cells.reduce(0, +)
    // Half away from zero, of the integers as they are.
    if layer.rounding == 2 {
      let size = (2 * abs(sum) + cells.count) / (2 * cells.count)
      return clamp(sum < 0 ? -size : size)
    }
    let multiplier = file.int32(layer.constants + 4 * pair)
    let shift = Int(file.bytes[layer.constants + 4 * pairs + pair])
    let argument = (layer.rounding == 0 ? 256 : 1) * (sum - cells.count * input.zeroPoint)
    precondition(Int(Int32.min)...Int(Int32.max) ~= argument, "the argument fits 32 bits")
    return clamp(requantize(argument, multiplier, shift) + output.zeroPoint)
  }

  // MARK: arithmetic

  /// One value of two, each brought to the scale of the output.
  func join(_ a: [Int], _ b: [Int], _ joined: (Int, Int) -> Int) -> [Int] {
    let factors = [0, 4, 8].map { file.int32(layer.constants + $0) }
    let shifts = [12, 13, 14].map { Int(file.bytes[layer.constants + $0]) }
    return zip(a, b).map { a, b in
      let first = a - file.tensors[layer.first].zeroPoint
      let second = b - file.tensors[layer.second].zeroPoint
      if layer.rounding == 1 {
        let sum = joined(
          requantize(first * 1_048_576, factors[0], shifts[0]),
          requantize(second * 1_048_576, factors[1], shifts[1]))
        return clamp(requantize(sum, factors[2], shifts[2]) + output.zeroPoint)
      }
      let value = joined(first * factors[0], second * factors[1])
      return clamp(floorDivide(value + 1 << (shifts[2] - 1), by: 1 << shifts[2]) + output.zeroPoint)
    }
  }

  private func clamp(_ value: Int) -> Int { min(max(value, layer.minimum), layer.maximum) }

  /// A product by a factor, rounded as the layer says.
  private func requantize(_ value: Int, _ multiplier: Int, _ shift: Int) -> Int {
    let product = value * multiplier
    func halfUp(_ product: Int, _ shift: Int) -> Int {
      floorDivide(product + 1 << (shift - 1), by: 1 << shift)
    }
    func halfAway(_ product: Int, _ shift: Int) -> Int {
      let size = halfUp(abs(product), shift)
      return product < 0 ? -size : size
    }
    switch layer.rounding {
    case 0: return halfUp(product, shift)
    // The first rounding is to a multiple of 2^31, so with a shift of 31 at most it is the only one.
    case 1: return shift <= 31 ? halfUp(product, shift) : halfAway(halfUp(product, 31), shift - 31)
    default: return halfAway(product, shift)
    }
  }

  private func floorDivide(_ value: Int, by divisor: Int) -> Int {
    let quotient = value / divisor
    return quotient * divisor > value ? quotient - 1 : quotient
  }
}
