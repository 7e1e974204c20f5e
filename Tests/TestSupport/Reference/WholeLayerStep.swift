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

  /// A weight, its zero point taken off, by the table of encodings in docs/FORMAT.md.
  private func weight(from start: Int, line: Int, place: Int, perLine: Int) -> Int {
    switch layer.weightEncoding {
    case 0: return file.int8(start + line * perLine + place) - layer.weightZeroPoint
    case 1:
      let byte = Int(file.bytes[start + line * ((perLine + 1) / 2) + place / 2])
      let half = place % 2 == 0 ? byte % 16 : byte / 16
      return half >= 8 ? half - 16 : half
    default:
      let byte = Int(file.bytes[start + line * ((perLine + 4) / 5) + place / 5])
      return byte / [1, 3, 9, 27, 81][place % 5] % 3 - 1
    }
  }

  /// The accumulator at a place of the window, counted before pooling.
  private func accumulate(_ source: [Int], row: Int, column: Int, channel: Int) -> Int {
    let count = output.channels
    let parameters = 9 * count + (layer.hasTable ? 256 : 0)
    let weights = layer.constants + (parameters + 15) / 16 * 16
    var sum = file.int32(layer.constants + 4 * channel)
    if layer.kind == 1 {
      for index in source.indices {
        let perRow = source.count / input.height
        sum +=
          source[index]
          * weight(
            from: weights, line: channel * input.height + index / perRow, place: index % perRow,
            perLine: perRow)
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
          let perOutput = layer.windowHeight * layer.windowWidth * input.channels
          for inputChannel in 0..<input.channels {
            let place = cell * input.channels + inputChannel
            sum +=
              value(inputChannel) * weight(from: weights, line: channel, place: place, perLine: perOutput)
          }
        } else {
          sum +=
            value(channel * input.channels / count)
            * weight(from: weights, line: cell, place: channel, perLine: count)
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

  /// The values of the second input that meet those of the first, less their zero point.
  private func operand(_ second: [Int], count: Int) -> [Int] {
    if layer.operandFlags != 0 {
      let zeroPoint = file.int8(layer.constants + 15)
      let channels = output.channels
      return (0..<count).map {
        file.int8(layer.constants + 16 + (layer.operandFlags == 8 ? $0 % channels : $0)) - zeroPoint
      }
    }
    let zeroPoint = file.tensors[layer.second].zeroPoint
    return (0..<count).map { second[$0 % second.count] - zeroPoint }
  }

  private var factors: [Int] { [0, 4, 8].map { file.int32(layer.constants + $0) } }
  private var shifts: [Int] { [12, 13, 14].map { Int(file.bytes[layer.constants + $0]) } }

  /// One value of two, each brought to the scale of the output.
  func join(_ a: [Int], _ b: [Int], _ joined: (Int, Int) -> Int) -> [Int] {
    zip(a, operand(b, count: a.count)).map { a, second in
      let first = a - file.tensors[layer.first].zeroPoint
      if layer.rounding == 1 {
        let sum = joined(
          requantize(first * 1_048_576, factors[0], shifts[0]),
          requantize(second * 1_048_576, factors[1], shifts[1]))
        return clamp(requantize(sum, factors[2], shifts[2]) + output.zeroPoint)
      }
      return scaled(joined(first * factors[0], second * factors[1]))
    }
  }

  func multiply(_ a: [Int], _ b: [Int]) -> [Int] {
    zip(a, operand(b, count: a.count)).map { a, second in
      let product = (a - file.tensors[layer.first].zeroPoint) * second
      return clamp(requantize(product, factors[2], shifts[2]) + output.zeroPoint)
    }
  }

  /// The square of the difference, each brought to twice the larger scale.
  func squareDifference(_ a: [Int], _ b: [Int]) -> [Int] {
    precondition(layer.rounding == 1 && shifts[2] >= 33, "no other factors are accepted")
    return zip(a, operand(b, count: a.count)).map { a, second in
      let first = a - file.tensors[layer.first].zeroPoint
      let difference =
        requantize(first * 128, factors[0], shifts[0]) - requantize(second * 128, factors[1], shifts[1])
      return clamp(requantize(difference * difference, factors[2], shifts[2]) + output.zeroPoint)
    }
  }

  private func scaled(_ value: Int) -> Int {
    clamp(floorDivide(value + 1 << (shifts[2] - 1), by: 1 << shifts[2]) + output.zeroPoint)
  }

  // MARK: moves

  func concatenate(_ a: [Int], _ b: [Int]) -> [Int] {
    let (one, other) = (file.tensors[layer.first], file.tensors[layer.second])
    return forEachOutput { row, column, channel in
      if row < one.height, column < one.width, channel < one.channels {
        let place = (row * one.width + column) * one.channels + channel
        return scaled((a[place] - one.zeroPoint) * factors[0])
      }
      // Along the axis in which it is larger it starts where the first ends.
      let y = one.height < output.height ? row - one.height : row
      let x = one.width < output.width ? column - one.width : column
      let c = one.channels < output.channels ? channel - one.channels : channel
      return scaled((b[(y * other.width + x) * other.channels + c] - other.zeroPoint) * factors[1])
    }
  }

  func arrange(_ values: [Int]) -> [Int] {
    let parts = (0..<8).map { part in
      (size: file.int32(layer.constants + 8 + 8 * part), stride: file.int32(layer.constants + 12 + 8 * part))
    }
    return (0..<output.height * output.width * output.channels).map { index in
      var (place, rest) = (file.int32(layer.constants), index)
      for part in parts.reversed() {
        place += rest % part.size * part.stride
        rest /= part.size
      }
      return values[place]
    }
  }

  func resample(_ values: [Int]) -> [Int] {
    func place(_ index: Int) -> (Int, Int) {
      let number = file.int32(layer.constants + 4 * index)
      return (number % 65_536, number / 65_536)
    }
    return forEachOutput { row, column, channel in
      let (y, down) = place(row)
      let (x, across) = place(output.height + column)
      func value(_ row: Int, _ column: Int) -> Int {
        values[(row * input.width + column) * input.channels + channel]
      }
      let (below, right) = (down > 0 ? y + 1 : y, across > 0 ? x + 1 : x)
      let top = (1_024 - across) * value(y, x) + across * value(y, right)
      let bottom = (1_024 - across) * value(below, x) + across * value(below, right)
      let sum = top * (1_024 - down) + bottom * down
      let size = (abs(sum) + 524_288) / 1_048_576
      return sum < 0 ? -size : size
    }
  }

  // MARK: softmax

  func softmax(_ values: [Int]) -> [Int] {
    let multiplier = file.int32(layer.constants)
    let shift = Int(file.bytes[layer.constants + 4])
    let lowest = -((31 * 67_108_864) / (1 << shift))
    var made: [Int] = []
    for start in stride(from: 0, to: values.count, by: output.channels) {
      let own = values[start..<start + output.channels]
      let largest = own.max() ?? 0
      let powers = own.map { value -> Int? in
        let difference = value - largest
        return difference < lowest ? nil : exponential(times(difference * (1 << shift), multiplier))
      }
      let sum = powers.reduce(0) { $0 + ($1.map { half($0, 12) } ?? 0) }
      let zeros = 32 - String(sum, radix: 2).count
      let r = reciprocal(sum * (1 << zeros) - 2_147_483_648)
      made += powers.map { power in
        guard let power else { return -128 }
        return min(half(times(r, power), 35 - zeros) - 128, 127)
      }
    }
    return made
  }

  private func times(_ a: Int, _ b: Int) -> Int { floorDivide(a * b + 1_073_741_824, by: 2_147_483_648) }

  private func half(_ value: Int, _ places: Int) -> Int {
    let size = (abs(value) + 1 << (places - 1)) / (1 << places)
    return value < 0 ? -size : size
  }

  private func exponential(_ d: Int) -> Int {
    if d == 0 { return 2_147_483_647 }
    let quarter = 16_777_216
    let m = d - floorDivide(d, by: quarter) * quarter - quarter
    let x = m * 32 + 268_435_456
    let square = times(x, x)
    let t = half(times(half(times(square, square), 2) + times(square, x), 715_827_883) + square, 1)
    var result = 1_895_147_668 + times(1_895_147_668, x + t)
    let factors = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242]
    for (bit, factor) in factors.enumerated() where (m - d) / (1 << (24 + bit)) % 2 == 1 {
      result = times(result, factor)
    }
    return result
  }

  private func reciprocal(_ r: Int) -> Int {
    let h = (r + 2_147_483_648) / 2
    var x = 1_515_870_810 + times(h, -1_010_580_540)
    func limited(_ value: Int) -> Int { min(max(value, -2_147_483_648), 2_147_483_647) }
    for _ in 0..<3 { x += limited(4 * times(x, 536_870_912 - times(h, x))) }
    return limited(2 * x)
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
