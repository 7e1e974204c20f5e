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
    let rescaled =
      layer.roundings == 2
      ? requantizeTwice(largest, multiplier, shift) : requantize(largest, multiplier, shift)
    let value = clamp(rescaled + output.zeroPoint)
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
        sum += source[index] * file.int8(weights + channel * source.count + index)
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
            sum += value(inputChannel) * file.int8(weights + place)
          }
        } else {
          sum += value(channel * input.channels / count) * file.int8(weights + cell * count + channel)
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
    let multiplier = file.int32(layer.constants + 4 * pair)
    let shift = Int(file.bytes[layer.constants + 4 * pairs + pair])
    let argument = 256 * (cells.reduce(0, +) - cells.count * input.zeroPoint)
    precondition(Int(Int32.min)...Int(Int32.max) ~= argument, "the argument fits 32 bits")
    return clamp(requantize(argument, multiplier, shift) + output.zeroPoint)
  }

  // MARK: arithmetic

  /// One value of two, each brought to the scale of the output.
  func join(_ a: [Int], _ b: [Int], _ joined: (Int, Int) -> Int) -> [Int] {
    zip(a, b).map { a, b in
      let value = joined(
        (a - file.tensors[layer.first].zeroPoint) * layer.multiplierA,
        (b - file.tensors[layer.second].zeroPoint) * layer.multiplierB)
      let half = 1 << (layer.inputShift - 1)
      return clamp(floorDivide(value + half, by: 1 << layer.inputShift) + output.zeroPoint)
    }
  }

  private func clamp(_ value: Int) -> Int { min(max(value, layer.minimum), layer.maximum) }

  private func requantize(_ value: Int, _ multiplier: Int, _ shift: Int) -> Int {
    floorDivide(value * multiplier + 1 << (shift - 1), by: 1 << shift)
  }

  /// Step by step: half up, then half away from zero.
  private func requantizeTwice(_ value: Int, _ multiplier: Int, _ shift: Int) -> Int {
    let first = floorDivide(value * multiplier + 1 << 30, by: 1 << 31)
    let half = 1 << (shift - 32)
    let size = floorDivide(abs(first) + half, by: 2 * half)
    return first < 0 ? -size : size
  }

  private func floorDivide(_ value: Int, by divisor: Int) -> Int {
    let quotient = value / divisor
    return quotient * divisor > value ? quotient - 1 : quotient
  }
}
