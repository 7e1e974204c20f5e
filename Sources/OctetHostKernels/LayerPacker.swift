import Octet
import OctetHostKernelsC

/// Lays out the weights of a layer for one instruction set; OctetHostKernelsC.h says how.
struct LayerPacker {
  let model: Model
  let kernels: octet_kernels
  let storage: PackedStorage

  /// Nil for a layer that has no weights, or that the plain kernels have to do.
  func pack(_ index: Int) -> UnsafePointer<octet_layer>? {
    guard let weighted = model.weightedLayer(index) else { return nil }
    var layer = geometry(weighted)
    switch weighted.kind {
    case .convolution:
      guard octet_scratch_needed(&layer) <= OCTET_SCRATCH_BYTES else { return nil }
      packGroups(weighted, &layer, vectors: kernels.convolution_vectors)
    case .depthwiseConvolution:
      guard weighted.outputs == weighted.inputChannels else { return nil }
      packDepthwise(weighted, &layer)
    case .dense:
      packGroups(weighted, &layer, vectors: kernels.dense_vectors)
    case .maximumPooling, .averagePooling, .globalAveragePooling, .add, .table:
      return nil
    }
    let place = storage.allocate(1, of: octet_layer.self)
    place.pointee = layer
    return UnsafePointer(place)
  }

  private func roundedUp(_ value: Int, to multiple: Int) -> Int {
    (value + multiple - 1) / multiple * multiple
  }

  private func geometry(_ weighted: WeightedLayer) -> octet_layer {
    let output = weighted.output
    let padded = roundedUp(weighted.outputs, to: kernels.lanes)
    let start = storage.allocate(padded, of: Int32.self)
    let multipliers = storage.allocate(padded, of: Int32.self)
    let shifts = storage.allocate(padded, of: Int32.self)
    let halves = storage.allocate(padded, of: Int32.self)
    for channel in 0..<weighted.outputs {
      start[channel] = output.bias[channel]
      multipliers[channel] = output.multipliers[channel]
      shifts[channel] = Int32(output.shifts[channel]) - 32
      halves[channel] = 1 << (shifts[channel] - 1)
    }
    let segment =
      weighted.kind == .dense ? weighted.rowValues : weighted.windowWidth * weighted.inputChannels
    return octet_layer(
      weights: nil, start: start, multipliers: multipliers, shifts: shifts, halves: halves,
      table: output.table,
      zero_point: output.zeroPoint, minimum: output.minimum, maximum: output.maximum, is_wide: output.isWide,
      rounds_twice: output.roundsTwice,
      outputs: weighted.outputs, segment: segment, groups: (segment + kernels.depth - 1) / kernels.depth,
      lines: weighted.kind == .dense ? weighted.rows : weighted.windowHeight,
      window_width: weighted.windowWidth, channels: weighted.inputChannels, stride_down: weighted.strideDown,
      stride_across: weighted.strideAcross, pool_height: weighted.poolHeight, pool_width: weighted.poolWidth)
  }

  /// Blocks of vectors of channels, in them lines, groups and vectors. Activations are stored `offset` too high, and what
  /// that adds is taken off the start; sums wrap around, so it need not fit on the way.
  private func packGroups(_ weighted: WeightedLayer, _ layer: inout octet_layer, vectors: Int) {
    let lanes = kernels.lanes
    let depth = kernels.depth
    let offset = kernels.offset
    let vectorCount = (weighted.outputs + lanes - 1) / lanes
    let packed = storage.allocate(vectorCount * layer.lines * layer.groups * lanes * depth, of: Int8.self)
    // Made by `geometry`, with room for whole vectors.
    guard let start = UnsafeMutablePointer(mutating: layer.start) else { return }
    let perOutput = layer.lines * layer.segment
    var place = 0
    for block in stride(from: 0, to: vectorCount, by: vectors) {
      for line in 0..<layer.lines {
        for group in 0..<layer.groups {
          let first = group * depth
          let count = min(depth, layer.segment - first)
          var source = weighted.weights + (block * lanes * perOutput + line * layer.segment + first)
          var target = packed + place
          for channel in block * lanes..<min((block + vectors) * lanes, weighted.outputs) {
            start[channel] &-= offset &* copyGroup(source, count, to: target)
            source += perOutput
            target += depth
          }
          place += (min(block + vectors, vectorCount) - block) * lanes * depth
        }
      }
    }
    layer.weights = UnsafePointer(packed)
  }

  /// Copies so many weights, and adds them up. Every start of a program waits for this, so whole groups
  /// go at once.
  @inline(__always)
  private func copyGroup(
    _ source: UnsafePointer<Int8>, _ count: Int, to target: UnsafeMutablePointer<Int8>
  ) -> Int32 {
    if count == 4 {
      let four = UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Int8>.self)
      UnsafeMutableRawPointer(target).storeBytes(of: four, as: SIMD4<Int8>.self)
      return SIMD4<Int32>(truncatingIfNeeded: four).wrappedSum()
    }
    if count == 2 {
      (target[0], target[1]) = (source[0], source[1])
      return Int32(source[0]) &+ Int32(source[1])
    }
    var sum: Int32 = 0
    for index in 0..<count {
      target[index] = source[index]
      sum &+= Int32(source[index])
    }
    return sum
  }

  /// As in the file, with channels up to a whole vector.
  private func packDepthwise(_ weighted: WeightedLayer, _ layer: inout octet_layer) {
    let padded = roundedUp(weighted.outputs, to: kernels.lanes)
    let cells = weighted.windowHeight * weighted.windowWidth
    let packed = storage.allocate(cells * padded, of: Int8.self)
    for cell in 0..<cells {
      for channel in 0..<weighted.outputs {
        packed[cell * padded + channel] = weighted.weights[cell * weighted.outputs + channel]
      }
    }
    layer.weights = UnsafePointer(packed)
  }
}
