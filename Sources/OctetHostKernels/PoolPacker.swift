import Octet
import OctetHostKernelsC

extension LayerPacker {
  /// What makes each row of a layer that takes the largest value or the mean of windows; empty for all others, and for
  /// what the plain kernels have to do. Rows with as many lines under them share it.
  func packPool(_ index: Int) -> [UnsafePointer<octet_pool>] {
    let shape = model.shape(index)
    let traits = shape.layer.kind.traits
    guard traits.contains(.window), shape.layer.kind.weighted == nil, !shape.layer.hasTable,
      shape.input.elementBytes == 1, shape.output.elementBytes == 1
    else { return [] }
    let windows = (0..<Int(shape.output.width)).map { shape.columns(under: $0) }
    let longest = windows.reduce(0) { max($0, $1.count) }
    guard longest * Int(shape.input.channels) <= OCTET_POOLED_VALUES else { return [] }
    var pools = [UnsafePointer<octet_pool>?](repeating: nil, count: Self.mostLines + 1)
    var means = PackedMeans()
    var rows: [UnsafePointer<octet_pool>] = []
    for row in 0..<Int(shape.output.height) {
      let lines = shape.endRow(under: row) - shape.firstRow(under: row)
      // More lines than a sum of 16 bits takes are none that a layer's record has.
      guard lines > 0, lines <= Self.mostLines else { return [] }
      if pools[lines] == nil {
        if traits.contains(.means) {
          for window in windows where means.of(lines * window.count) == nil {
            guard let mean = mean(of: lines * window.count, shape) else { return [] }
            means.add(mean, of: lines * window.count)
          }
        }
        pools[lines] = pool(shape, windows, lines: lines, means)
      }
      guard let pool = pools[lines] else { return [] }
      rows.append(pool)
    }
    return rows
  }

  /// Sums of so many bytes fit 16 bits.
  private static var mostLines: Int { 255 }

  private func pool(
    _ shape: LayerShape, _ windows: [Range<Int>], lines: Int, _ means: PackedMeans
  ) -> UnsafePointer<octet_pool> {
    let stride = Int(shape.layer.strideAcross)
    var runs: [octet_pool_run] = []
    var next = 0
    for window in windows {
      if let last = runs.last, last.columns == window.count, window.lowerBound == next {
        runs[runs.count - 1].places += 1
      } else {
        runs.append(
          octet_pool_run(
            first_column: window.lowerBound, columns: window.count, places: 1,
            mean: means.of(lines * window.count)))
      }
      next = window.lowerBound + stride
    }
    let kept = storage.keep(runs)
    let place = storage.allocate(1, of: octet_pool.self)
    place.pointee = octet_pool(
      runs: kept.baseAddress, run_count: kept.count, lines: lines, channels: Int(shape.input.channels),
      stride_across: stride)
    return UnsafePointer(place)
  }

  /// The mean of so many cells; nil where outputs have to be made one by one.
  ///
  /// Half away from zero there is no multiplier in the file. As in `packMean` it is `m = ceil(2^shift / n)`, from 2^30
  /// to 2^31; the sum is raised by 2^3, as the kernels take shifts from 33 on.
  private func mean(of cells: Int, _ shape: LayerShape) -> UnsafePointer<octet_mean>? {
    let output = OutputStage(model.records, shape)
    var mean = octet_mean()
    let scale: (multiplier: Int32, shift: Int)
    if output.rounding.isAway {
      let shift = 30 + (Int.bitWidth - (cells - 1).leadingZeroBitCount)
      mean.raised = 3
      scale = (Int32((1 << shift + cells - 1) / cells), shift + 3)
    } else {
      let pair = shape.isCut ? cells - 1 : 0
      mean.raised = output.rounding.isTwice ? 0 : 8
      mean.start = Int32(cells * Int(shape.input.zeroPoint)) << mean.raised
      scale = (output.multipliers[pair], Int(output.shifts[pair]))
    }
    guard scale.shift >= Int(Limit.coarseShift) else { return nil }
    mean.layer = layer(scale.multiplier, shift: scale.shift, output)
    if mean.layer.raises != nil {
      let none = storage.allocate(kernels.lanes, of: Int32.self)
      guard octet_raise(&mean.layer, none, Int64(255 * cells), kernels.lanes) else { return nil }
    }
    let place = storage.allocate(1, of: octet_mean.self)
    place.pointee = mean
    return UnsafePointer(place)
  }

  /// The same multiplier and shift in each lane, with room for what raises sums where products are rounded twice.
  private func layer(_ multiplier: Int32, shift: Int, _ output: OutputStage) -> octet_layer {
    func lanes(_ value: Int32) -> UnsafeMutablePointer<Int32> {
      let place = storage.allocate(kernels.lanes, of: Int32.self)
      for lane in 0..<kernels.lanes { place[lane] = value }
      return place
    }
    var layer = octet_layer()
    layer.multipliers = UnsafePointer(lanes(multiplier))
    layer.shifts = UnsafePointer(lanes(Int32(shift - 32)))
    layer.halves = UnsafePointer(lanes(1 << (shift - 33)))
    if output.rounding.isTwice, kernels.raises { layer.raises = UnsafePointer(lanes(0)) }
    layer.rounding = Int32(Self.way(output.rounding))
    layer.zero_point = output.rounding.isAway ? 0 : output.zeroPoint
    layer.minimum = output.minimum
    layer.maximum = output.maximum
    return layer
  }
}

/// Few, so that looking through them is quickest.
private struct PackedMeans {
  private var cells: [Int] = []
  private var means: [UnsafePointer<octet_mean>] = []

  mutating func add(_ mean: UnsafePointer<octet_mean>, of count: Int) {
    cells.append(count)
    means.append(mean)
  }

  func of(_ count: Int) -> UnsafePointer<octet_mean>? {
    for place in cells.indices where cells[place] == count { return means[place] }
    return nil
  }
}

extension LayerShape {
  /// The input columns under a window.
  fileprivate func columns(under place: Int) -> Range<Int> {
    let start = place * Int(layer.strideAcross) - Int(layer.reachLeft)
    return max(start, 0)..<min(start + Int(layer.windowWidth), Int(input.width))
  }
}
