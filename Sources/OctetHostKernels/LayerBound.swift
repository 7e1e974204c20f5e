import Octet
import OctetHostKernelsC

/// What bounds the time of a layer: what its instructions take if nothing else holds them up, or what its weights take
/// to come from the second cache, or other values from the first.
package struct LayerBound: Sendable {
  /// Seconds of nothing but the multiply-adds that are issued: those of lanes and groups that are not full as well.
  package let multiplying: Double
  /// Seconds of nothing but making outputs of sums.
  package let output: Double
  /// Seconds until the weights have come from the second cache, as often as they are read; 0 where all weights of the
  /// model fit half of the first.
  package let weights: Double

  /// Seconds until the values under the windows of a pool or a mean have come from the first cache; 0 for others.
  package let loading: Double

  /// Multiply-adds and outputs take the same units of the processor; weights and values come meanwhile.
  package var seconds: Double { max(multiplying + output, weights, loading) }

  init(multiplying: Double = 0, output: Double, weights: Double = 0, loading: Double = 0) {
    (self.multiplying, self.output, self.weights, self.loading) = (multiplying, output, weights, loading)
  }

  /// The largest part.
  package var name: String {
    if weights == seconds { return "weights" }
    if loading == seconds { return "loads" }
    return multiplying >= output ? "multiply" : "outputs"
  }
}

/// How fast this machine is at each of them, in turn and with nothing else to do.
package struct KernelRates: Sendable {
  package let multiplyAdds: Double
  /// Of outputs that are rounded twice, of those whose second rounding is half up, and of others.
  let twice: Double
  let twiceUp: Double
  let once: Double
  /// Of sums of two values, and of values that go through a table.
  let joins: Double
  let lookUps: Double
  /// Bytes a second from the second cache, and from the first.
  package let secondCache: Double
  let firstCache: Double
  let firstCacheBytes: Int
}

extension KernelRates {
  /// Nil for the plain set.
  ///
  /// - Parameters:
  ///   - rounds: repetitions of each measurement, of which the median counts.
  ///   - firstCacheBytes: of the first data cache.
  ///   - clock: nanoseconds.
  package init?(_ set: InstructionSet, rounds: Int, firstCacheBytes: Int, clock: () -> UInt64) {
    guard set != .plain, let kernels = octet_kernels_named(set.rawValue)?.pointee else { return nil }
    func rate(_ body: () -> Int) -> Double {
      _ = body()
      return (0..<rounds).map { _ in
        let start = clock()
        let done = body()
        return Double(done) / (Double(max(clock() - start, 1)) / 1e9)
      }.sorted()[rounds / 2]
    }
    multiplyAdds = rate { kernels.peak(1_000_000) }
    let storage = PackedStorage()
    // Four times the first cache, and half of a small second one.
    let values = storage.allocate(1 << 16, of: Int32.self)
    secondCache = rate { kernels.read(values, 1 << 16, 200) }
    firstCache = rate { kernels.read(values, 1 << 11, 6400) }
    let bytes = storage.allocate(3 << 12, of: Int8.self)
    lookUps = rate {
      for _ in 0..<500 { kernels.look_up(bytes, bytes + (1 << 12), 1 << 12, bytes + (2 << 12)) }
      return 500 << 12
    }
    var line = octet_join()
    line.is_line = true
    joins = rate {
      for _ in 0..<500 { kernels.join(&line, bytes, bytes + (1 << 12), 1 << 12, 1 << 12, bytes + (2 << 12)) }
      return 500 << 12
    }
    let products = multiplyAdds
    // Layers of one group of values, so that there is little besides outputs; the faster of two widths counts.
    func outputs(_ rounding: Int) -> Double {
      [kernels.lanes, kernels.lanes * kernels.convolution_vectors].map { channels in
        let places = 64
        var layer = Self.thinLayer(channels, kernels, rounding, storage)
        let cells = storage.allocate(places * kernels.depth, of: Int8.self)
        var rows = octet_rows(slots: cells, row_bytes: places * kernels.depth, slot_count: 1, first: 0)
        let target = storage.allocate(places * channels, of: Int8.self)
        let done = rate {
          for _ in 0..<500 { kernels.convolve(&layer, &rows, places, 1, target, places * channels) }
          return 500 * places * channels
        }
        return 1 / max(1 / done - Double(kernels.depth) / products, 1e-15)
      }.max() ?? 1
    }
    twice = outputs(OCTET_ROUND_TWICE)
    twiceUp = outputs(OCTET_ROUND_TWICE_UP)
    once = outputs(OCTET_ROUND_UP)
    self.firstCacheBytes = firstCacheBytes
  }
}

extension KernelRates {
  /// A convolution of one group of values, whose weights are 0.
  private static func thinLayer(
    _ channels: Int, _ kernels: octet_kernels, _ rounding: Int, _ storage: PackedStorage
  ) -> octet_layer {
    var layer = octet_layer()
    let parameters = (0..<5).map { _ in storage.allocate(channels, of: Int32.self) }
    for channel in 0..<channels {
      (parameters[1][channel], parameters[2][channel], parameters[3][channel]) = (1 << 30 + 12_345, 9, 1 << 8)
    }
    layer.weights = UnsafePointer(storage.allocate(channels * kernels.depth, of: Int8.self))
    layer.start = UnsafePointer(parameters[0])
    layer.multipliers = UnsafePointer(parameters[1])
    layer.shifts = UnsafePointer(parameters[2])
    layer.halves = UnsafePointer(parameters[3])
    layer.raises = UnsafePointer(parameters[4])
    (layer.minimum, layer.maximum, layer.outputs, layer.rounding) = (-128, 127, channels, Int32(rounding))
    (layer.segment, layer.groups, layer.lines, layer.window_width) = (kernels.depth, 1, 1, 1)
    (layer.channels, layer.stride_down, layer.stride_across) = (kernels.depth, 1, 1)
    (layer.pool_height, layer.pool_width) = (1, 1)
    return layer
  }
}

extension HostProgram {
  /// Nil for a layer that the plain kernels take.
  func bound(of layer: Int, _ model: Model, _ kernels: octet_kernels, _ rates: KernelRates, weightBytes: Int)
    -> LayerBound?
  {
    let own = steps.filter { $0.step.layer == layer && $0.call != .feed && $0.call != .plain }
    let shape = model.shape(layer)
    let values = Double(shape.output.rowValues * Int(shape.output.height))
    guard let packed = own.first(where: \.call.multiplies)?.packed?.pointee else {
      guard let call = own.first?.call else { return nil }
      switch call {
      case .join: return LayerBound(output: values / rates.joins)
      case .lookUp: return LayerBound(output: values / rates.lookUps)
      default:
        let isMean = shape.layer.kind.traits.contains(.means)
        let rate = shape.layer.rounding == .halfUpThenAway ? rates.twice : rates.once
        return LayerBound(
          output: isMean ? values / rate : 0,
          loading: Double(Self.loads(of: shape, own)) / rates.firstCache)
      }
    }
    let lookUp = own.contains { $0.table != nil } ? values / rates.lookUps : 0
    let lanes = kernels.lanes
    let pool = max(packed.pool_height * packed.pool_width, 1)
    let places = shape.layer.kind.weighted == .dense ? 1 : Int(shape.output.height) * Int(shape.output.width)
    let vectors = packed.is_paired ? 1 : (packed.outputs + lanes - 1) / lanes
    let products: Int
    if shape.layer.kind.weighted == .depthwiseConvolution {
      let width = packed.is_flat ? packed.outputs : max(packed.wide, vectors * lanes)
      products = places * width * kernels.depth * packed.groups * packed.window_width
    } else {
      products = places * pool * vectors * lanes * kernels.depth * packed.lines * packed.groups
    }
    // A dense layer that takes in its input row by row reads each row's weights once.
    let bytes =
      shape.layer.kind.weighted == .dense ? products : own.count * (products / max(places * pool, 1))
    let outputs =
      switch Int(packed.rounding) {
      case OCTET_ROUND_TWICE: rates.twice
      case OCTET_ROUND_TWICE_UP: rates.twiceUp
      default: rates.once
      }
    return LayerBound(
      multiplying: Double(products) / rates.multiplyAdds,
      output: Double(places * packed.outputs) / outputs + lookUp,
      weights: weightBytes * 2 > rates.firstCacheBytes ? Double(bytes) / rates.secondCache : 0)
  }

  /// Bytes that a pool or a mean reads: of a pool the lines under each row of windows, and then each place the columns
  /// of what they came to, which for a mean are sums of two bytes.
  private static func loads(of shape: LayerShape, _ steps: [Step]) -> Int {
    let values = shape.input.rowValues
    guard shape.layer.kind.traits.contains(.window) else { return values * Int(shape.input.height) }
    return steps.reduce(0) { sum, step in
      guard let pool = step.pool?.pointee else { return sum }
      let runs = UnsafeBufferPointer(start: pool.runs, count: pool.run_count)
      return runs.reduce(sum + pool.lines * values) { sum, run in
        sum + run.places * run.columns * pool.channels * (run.mean == nil ? 1 : 2)
      }
    }
  }
}

extension HostProgram.Step.Call {
  /// Whether weights are read.
  fileprivate var multiplies: Bool {
    switch self {
    case .convolve, .convolveDepthwise, .fold, .foldPixels, .multiply: true
    case .plain, .feed, .pool, .join, .lookUp, .addCells, .finish: false
    }
  }
}
