import Octet
import OctetHostKernelsC

/// Lays out the weights of a layer for one instruction set; OctetHostKernelsC.h says how.
struct LayerPacker {
  let model: Model
  let kernels: octet_kernels
  let storage: PackedStorage

  /// Nil for a layer that has no weights, or that the plain kernels have to do.
  func pack(_ index: Int) -> UnsafePointer<octet_layer>? {
    let shape = model.shape(index)
    // Weights with a zero point come from old files alone; no vector kernel has them.
    guard shape.layer.weightZeroPoint == 0 else { return nil }
    var layer = octet_layer()
    switch shape.layer.kind.weighted {
    case .convolution:
      layer = geometry(
        shape, segment: Int(shape.layer.windowWidth) * Int(shape.input.channels),
        lines: Int(shape.layer.windowHeight))
      guard octet_scratch_needed(&layer) <= OCTET_SCRATCH_BYTES else { return nil }
      packGroups(shape, &layer, vectors: kernels.convolution_vectors)
    case .depthwiseConvolution:
      guard shape.output.channels == shape.input.channels else { return nil }
      let lines = Int(shape.layer.windowHeight)
      layer = geometry(shape, segment: lines, lines: lines)
      guard octet_depthwise_scratch_needed(&layer) <= OCTET_SCRATCH_BYTES else { return nil }
      packDepthwise(shape, &layer)
    case .dense:
      layer = geometry(shape, segment: shape.input.rowValues, lines: Int(shape.input.height))
      packGroups(shape, &layer, vectors: kernels.dense_vectors)
    case nil:
      return nil
    }
    let place = storage.allocate(1, of: octet_layer.self)
    place.pointee = layer
    return UnsafePointer(place)
  }

  private func roundedUp(_ value: Int, to multiple: Int) -> Int {
    (value + multiple - 1) / multiple * multiple
  }

  /// - Parameters:
  ///   - segment: values along a line, whose weights lie side by side.
  ///   - lines: of the window, or rows of a dense layer's input.
  private func geometry(_ shape: LayerShape, segment: Int, lines: Int) -> octet_layer {
    let output = OutputStage(model.records, shape)
    let outputs = Int(shape.output.channels)
    let padded = roundedUp(outputs, to: kernels.lanes)
    let start = storage.allocate(padded, of: Int32.self)
    let multipliers = storage.allocate(padded, of: Int32.self)
    let shifts = storage.allocate(padded, of: Int32.self)
    let halves = storage.allocate(padded, of: Int32.self)
    for channel in 0..<outputs {
      start[channel] = output.bias[channel]
      multipliers[channel] = output.multipliers[channel]
      shifts[channel] = Int32(output.shifts[channel]) - 32
      // Of no use, and not used, where the layer is coarse.
      halves[channel] = shifts[channel] > 0 ? 1 << (shifts[channel] - 1) : 0
    }
    let record = shape.layer
    return octet_layer(
      weights: nil, start: start, multipliers: multipliers, shifts: shifts, halves: halves,
      table: output.table,
      zero_point: output.zeroPoint, minimum: output.minimum, maximum: output.maximum, is_wide: output.isWide,
      rounding: Int32(Self.way(output.rounding)), is_single: output.isCoarse,
      outputs: outputs, segment: segment, groups: (segment + kernels.depth - 1) / kernels.depth,
      lines: lines, wide: 0, window_width: Int(record.windowWidth), channels: Int(shape.input.channels),
      stride_down: Int(record.strideDown), stride_across: Int(record.strideAcross),
      pool_height: Int(record.poolHeight), pool_width: Int(record.poolWidth))
  }

  private static func way(_ rounding: Rounding) -> Int {
    switch rounding {
    case .halfUp: OCTET_ROUND_UP
    case .halfUpThenAway: OCTET_ROUND_TWICE
    case .awayFromZero: OCTET_ROUND_AWAY
    }
  }

  /// The layer's weights in the order of the file.
  private func weights(_ shape: LayerShape) -> UnsafePointer<Int8> { model.records.weights(shape) }

  /// Blocks of vectors of channels, in them lines, groups and vectors. Activations are stored `offset` too high, and
  /// what that adds is taken off the start; sums wrap around, so it need not fit on the way.
  private func packGroups(_ shape: LayerShape, _ layer: inout octet_layer, vectors: Int) {
    let lanes = kernels.lanes
    let depth = kernels.depth
    let offset = kernels.offset
    let outputs = layer.outputs
    let weights = weights(shape)
    let vectorCount = (outputs + lanes - 1) / lanes
    let packed = storage.allocate(vectorCount * layer.lines * layer.groups * lanes * depth, of: Int8.self)
    // Made by `geometry`, with room for whole vectors.
    guard let start = UnsafeMutablePointer(mutating: layer.start) else { return }
    let perOutput = layer.lines * layer.segment
    var place = packed
    for block in stride(from: 0, to: vectorCount, by: vectors) {
      let channels = block * lanes..<min((block + vectors) * lanes, outputs)
      // From a group of a channel to its next.
      let step = (min(block + vectors, vectorCount) - block) * lanes * depth
      for line in 0..<layer.lines {
        for channel in channels {
          start[channel] &-=
            offset
            &* packLine(
              weights + (channel * perOutput + line * layer.segment), layer.segment,
              to: place + (channel - channels.lowerBound) * depth, step: step)
        }
        place += layer.groups * step
      }
    }
    layer.weights = UnsafePointer(packed)
  }

  /// Spreads a channel's line of weights to groups that are `step` apart, and adds the weights up. Every start of a
  /// program waits for this, so whole groups go at once.
  private func packLine(
    _ source: UnsafePointer<Int8>, _ count: Int, to target: UnsafeMutablePointer<Int8>, step: Int
  ) -> Int32 {
    let depth = kernels.depth
    var target = target
    var sum: Int32 = 0
    var first = 0
    if depth == 4 {
      var sums = SIMD4<Int32>()
      while first + 4 <= count {
        let four = UnsafeRawPointer(source + first).loadUnaligned(as: SIMD4<Int8>.self)
        UnsafeMutableRawPointer(target).storeBytes(of: four, as: SIMD4<Int8>.self)
        sums &+= SIMD4<Int32>(truncatingIfNeeded: four)
        target += step
        first += 4
      }
      sum = sums.wrappedSum()
    } else if depth == 2 {
      while first + 2 <= count {
        let two = UnsafeRawPointer(source + first).loadUnaligned(as: Int16.self)
        UnsafeMutableRawPointer(target).storeBytes(of: two, as: Int16.self)
        // In either order of bytes these are both weights.
        sum &+= Int32(two >> 8) &+ Int32(Int8(truncatingIfNeeded: two))
        target += step
        first += 2
      }
    }
    while first < count {
      for index in first..<min(first + depth, count) {
        target[index - first] = source[index]
        sum &+= Int32(source[index])
      }
      target += step
      first += depth
    }
    return sum
  }

  /// Where a channel is among 64: OctetHostKernelsC.h says why.
  private static func widePlace(_ channel: Int) -> Int {
    channel % 16 / 4 * 16 + channel / 16 * 4 + channel % 4
  }

  /// Brings the first `count` values into that order.
  private func widen(_ values: UnsafePointer<Int32>?, _ count: Int) {
    // Made by `geometry`.
    guard let values = UnsafeMutablePointer(mutating: values) else { return }
    for first in stride(from: 0, to: count, by: kernels.wide) {
      let own = (0..<kernels.wide).map { values[first + $0] }
      for channel in own.indices { values[first + Self.widePlace(channel)] = own[channel] }
    }
  }

  /// Vectors of channels, in them columns of the window, groups of its lines, channels and lines. As in `packGroups`,
  /// what the offset of activations adds is taken off the start.
  private func packDepthwise(_ shape: LayerShape, _ layer: inout octet_layer) {
    let (lanes, depth) = (kernels.lanes, kernels.depth)
    let (outputs, columns) = (layer.outputs, layer.window_width)
    if kernels.wide > 0, !layer.is_wide, layer.table == nil, !layer.is_single {
      layer.wide = outputs / kernels.wide * kernels.wide
      for values in [layer.start, layer.multipliers, layer.shifts, layer.halves] { widen(values, layer.wide) }
    }
    let weights = weights(shape)
    let padded = roundedUp(outputs, to: lanes)
    let packed = storage.allocate(padded * columns * layer.groups * depth, of: Int8.self)
    // Made by `geometry`, with room for whole vectors.
    guard let start = UnsafeMutablePointer(mutating: layer.start) else { return }
    for channel in 0..<outputs {
      let vector = channel / lanes * columns * layer.groups
      var sum: Int32 = 0
      for line in 0..<layer.lines {
        for column in 0..<columns {
          let weight = weights[(line * columns + column) * outputs + channel]
          let tap = column * layer.groups + line / depth
          let place =
            channel < layer.wide
            ? channel / kernels.wide * kernels.wide * columns * layer.groups + tap * kernels.wide
              + Self.widePlace(channel % kernels.wide)
            : (vector + tap) * lanes + channel % lanes
          packed[place * depth + line % depth] = weight
          sum &+= Int32(weight)
        }
      }
      let place =
        channel < layer.wide
        ? channel - channel % kernels.wide + Self.widePlace(channel % kernels.wide) : channel
      start[place] &-= kernels.offset &* sum
    }
    layer.weights = UnsafePointer(packed)
  }
}
