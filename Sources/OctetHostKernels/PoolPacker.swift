import Octet
import OctetHostKernelsC

extension LayerPacker {
  /// What makes each row of a layer that takes the largest value or the mean of windows; empty for all others, and for
  /// what the plain kernels have to do. Rows with as many lines under them share it.
  func packPool(_ index: Int) -> [UnsafePointer<octet_pool>] {
    let shape = model.shape(index)
    let traits = shape.layer.kind.traits
    guard traits.contains(.window), shape.layer.kind.weighted == nil,
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
  private func mean(of cells: Int, _ shape: LayerShape) -> UnsafePointer<octet_mean>? {
    let output = OutputStage(model.records, shape)
    let rounding = output.rounding
    var mean = octet_mean()
    var (multiplier, shift) = Self.meanFactor(cells)
    if rounding.isAway {
      // The kernels take shifts from 33 on.
      mean.raised = 3
      shift += 3
    } else {
      let pair = shape.isCut ? cells - 1 : 0
      mean.raised = rounding.isTwice ? 0 : 8
      mean.start = Int32(cells * Int(shape.input.zeroPoint)) << mean.raised
      (multiplier, shift) = (output.multipliers[pair], Int(output.shifts[pair]))
    }
    guard shift >= Int(Limit.coarseShift),
      let layer = scaling(
        UInt32(multiplier), UInt8(shift), isRaised: rounding.isTwice, reach: Int64(255 * cells))
    else { return nil }
    mean.layer = layer
    mean.layer.rounding = Int32(Self.way(rounding))
    mean.layer.zero_point = rounding.isAway ? 0 : output.zeroPoint
    mean.layer.minimum = output.minimum
    mean.layer.maximum = output.maximum
    let place = storage.allocate(1, of: octet_mean.self)
    place.pointee = mean
    return UnsafePointer(place)
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
