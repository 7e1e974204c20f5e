import Octet
import OctetHostKernelsC

/// What the vector kernels read of a layer; all nil for one that the plain kernels have to do.
struct PackedLayer {
  /// Weights and what becomes of their sums.
  var weights: UnsafePointer<octet_layer>?
  /// What becomes of the sums of a mean over the whole input.
  var mean: UnsafePointer<octet_layer>?
  var join: PackedJoin?
  /// For each row.
  var pools: [UnsafePointer<octet_pool>] = []
  /// 256 values: of a layer that is a table, or of one whose outputs go through it.
  var table: UnsafePointer<Int8>?
}

/// A layer that makes one value of two.
struct PackedJoin {
  let join: UnsafePointer<octet_join>
  /// The second values where they are constants: one row for all, or one row after the other.
  let constants: UnsafePointer<Int8>?
  /// Second values of a row, after which they start again.
  let period: Int
}

/// Lays out the weights of a layer for one instruction set; OctetHostKernelsC.h says how.
struct LayerPacker {
  let model: Model
  let kernels: octet_kernels
  let storage: PackedStorage

  func packAll(_ index: Int) -> PackedLayer {
    var layer = PackedLayer(
      weights: pack(index), mean: packMean(index), join: packJoin(index), pools: packPool(index))
    let shape = model.shape(index)
    if shape.layer.kind.traits.contains(.lookup) {
      layer.table = model.records.table(shape)
    } else if layer.weights != nil {
      layer.table = OutputStage(model.records, shape).table
    }
    return layer
  }

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
      let isSquare = layer.pool_height == layer.pool_width && layer.pool_height <= 2
      if layer.outputs == kernels.paired, layer.segment > kernels.depth, isSquare, hasPlainBytes(layer) {
        packPairs(shape, &layer)
      } else {
        packGroups(shape, &layer, vectors: kernels.convolution_vectors)
      }
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
    let padded = roundedUp(outputs, to: max(kernels.lanes, kernels.wide))
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
    var layer = octet_layer(
      weights: nil, start: start, multipliers: multipliers, shifts: shifts, halves: halves, raises: nil,
      zero_point: output.zeroPoint, minimum: output.minimum, maximum: output.maximum, is_wide: output.isWide,
      rounding: Int32(Self.way(output.rounding)), is_single: output.isCoarse,
      outputs: outputs, segment: segment, groups: (segment + kernels.depth - 1) / kernels.depth,
      lines: lines, wide: 0, is_flat: false, is_paired: false, window_width: Int(record.windowWidth),
      channels: Int(shape.input.channels),
      stride_down: Int(record.strideDown), stride_across: Int(record.strideAcross),
      pool_height: Int(record.poolHeight), pool_width: Int(record.poolWidth))
    if kernels.raises, output.rounding == .halfUpThenAway, !layer.is_single {
      layer.raises = UnsafePointer(storage.allocate(padded, of: Int32.self))
      // A product of two bytes is at most 2^14.
      let reach = lines * max(segment, layer.window_width) << 14
      layer.is_single = !octet_raise(&layer, start, Int64(reach), padded)
    }
    if !layer.is_single, layer.minimum >= layer.zero_point {
      layer.rounding = Int32(Self.wayAboveZero(output.rounding))
    }
    return layer
  }

  /// Whether the layer's outputs are bytes that vector instructions write.
  private func hasPlainBytes(_ layer: octet_layer) -> Bool {
    !layer.is_wide && !layer.is_single
  }

  static func way(_ rounding: Rounding) -> Int {
    switch rounding {
    case .halfUp: OCTET_ROUND_UP
    case .halfUpThenAway: OCTET_ROUND_TWICE
    case .awayFromZero: OCTET_ROUND_AWAY
    }
  }

  /// A faster way that differs below zero only.
  private static func wayAboveZero(_ rounding: Rounding) -> Int {
    switch rounding {
    case .halfUp, .awayFromZero: OCTET_ROUND_UP
    case .halfUpThenAway: OCTET_ROUND_TWICE_UP
    }
  }

  /// The layer's weights in the order of the file.
  private func weights(_ shape: LayerShape) -> UnsafePointer<Int8> {
    guard shape.layer.weightEncoding != .int8 else { return model.records.weights(shape) }
    // Those of fewer bits become bytes, once for all images.
    return storage.keepWhilePacking(model.records.unpackedWeights(shape))
  }

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

  /// Eight channels, each with both halves of a group in lanes of its own; OctetHostKernelsC.h says where. As in
  /// `packGroups`, what the offset of activations adds is taken off the start.
  private func packPairs(_ shape: LayerShape, _ layer: inout octet_layer) {
    let (lanes, depth) = (kernels.lanes, kernels.depth)
    layer.is_paired = true
    layer.groups = (layer.segment + 2 * depth - 1) / (2 * depth)
    let weights = weights(shape)
    let packed = storage.allocate(layer.lines * layer.groups * lanes * depth, of: Int8.self)
    var starts = [Int32](repeating: 0, count: lanes)
    for channel in 0..<layer.outputs {
      var sum: Int32 = 0
      for line in 0..<layer.lines {
        for index in 0..<layer.segment {
          let weight = weights[(channel * layer.lines + line) * layer.segment + index]
          let half = index / depth
          let vector = line * layer.groups + half / 2
          packed[(vector * lanes + 2 * channel + half % 2) * depth + index % depth] = weight
          sum &+= Int32(weight)
        }
      }
      starts[2 * channel] = layer.start[channel] &- kernels.offset &* sum
    }
    for values in [layer.multipliers, layer.shifts, layer.halves, layer.raises] {
      // Made by `geometry`.
      guard let values = UnsafeMutablePointer(mutating: values) else { continue }
      let own = (0..<layer.outputs).map { values[$0] }
      for lane in 0..<lanes { values[lane] = own[lane / 4 * 2 + lane % 2] }
    }
    guard let start = UnsafeMutablePointer(mutating: layer.start) else { return }
    for lane in 0..<lanes { start[lane] = starts[lane] }
    layer.weights = UnsafePointer(packed)
  }

  /// Where a channel is among 64: OctetHostKernelsC.h says why.
  private static func widePlace(_ channel: Int) -> Int {
    channel % 16 / 4 * 16 + channel / 16 * 4 + channel % 4
  }

  /// Brings the first `layer.wide` values into that order; where the layer is flat, they are repeated.
  private func widen(_ values: UnsafePointer<Int32>?, _ layer: octet_layer) {
    // Made by `geometry`, with room for whole vectors.
    guard let values = UnsafeMutablePointer(mutating: values) else { return }
    let own = (0..<layer.wide).map { values[layer.is_flat ? $0 % layer.outputs : $0] }
    for place in own.indices {
      values[place / kernels.wide * kernels.wide + Self.widePlace(place % kernels.wide)] = own[place]
    }
  }

  /// Whether the channels of several places fill 64 outputs.
  private func isFlat(_ layer: octet_layer) -> Bool {
    kernels.wide > 0 && hasPlainBytes(layer) && [8, 16, 32].contains(layer.outputs)
      && layer.stride_across <= 2
  }

  /// How many channels are taken 64 at a time, with those that are missing; a few are left to single vectors.
  private func wideChannels(_ layer: octet_layer) -> Int {
    guard kernels.wide > 0, hasPlainBytes(layer) else { return 0 }
    let (whole, rest) = (layer.outputs / kernels.wide * kernels.wide, layer.outputs % kernels.wide)
    return layer.is_flat || rest > kernels.lanes ? whole + kernels.wide : whole
  }

  /// Vectors of channels, in them columns of the window, groups of its lines, channels and lines. As in `packGroups`,
  /// what the offset of activations adds is taken off the start.
  private func packDepthwise(_ shape: LayerShape, _ layer: inout octet_layer) {
    let (lanes, depth, wide) = (kernels.lanes, kernels.depth, kernels.wide)
    let (outputs, columns) = (layer.outputs, layer.window_width)
    layer.is_flat = isFlat(layer)
    layer.wide = wideChannels(layer)
    let weights = weights(shape)
    let padded = max(roundedUp(outputs, to: lanes), layer.wide)
    let taps = columns * layer.groups
    let packed = storage.allocate(padded * taps * depth, of: Int8.self)
    // Made by `geometry`.
    guard let start = UnsafeMutablePointer(mutating: layer.start) else { return }
    for lane in 0..<(layer.is_flat ? layer.wide : outputs) {
      let channel = lane % outputs
      let isWide = lane < layer.wide
      let vector = isWide ? lane / wide * wide : lane / lanes * lanes
      let place = isWide ? Self.widePlace(lane % wide) : lane % lanes
      var sum: Int32 = 0
      for line in 0..<layer.lines {
        for column in 0..<columns {
          let weight = weights[(line * columns + column) * outputs + channel]
          let tap = vector * taps + (column * layer.groups + line / depth) * (isWide ? wide : lanes)
          packed[(tap + place) * depth + line % depth] = weight
          sum &+= Int32(weight)
        }
      }
      if lane < outputs { start[lane] &-= kernels.depthwise_offset &* sum }
    }
    if layer.wide > 0 {
      for values in [layer.start, layer.multipliers, layer.shifts, layer.halves, layer.raises] {
        widen(values, layer)
      }
    }
    layer.weights = UnsafePointer(packed)
  }
}
