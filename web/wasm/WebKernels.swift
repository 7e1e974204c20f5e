import Octet
import WebInstructions

/// Rows of convolutions and dense layers by vectors, four windows at a time; all others are the plain ones.
///
/// Where a convolution carries a pool, the windows are those of the pool, and the largest sum becomes the output.
struct WebKernels: RowKernels {
  /// Four widened windows.
  private let windows: UnsafeMutablePointer<Int16>
  /// Four sums for each output channel, and the largest ones behind them.
  private let sums: UnsafeMutablePointer<Int32>

  private static var cells: Int { 4 }

  /// What the kernels use is theirs as long as the program runs: a module has one model.
  init(_ model: Model) {
    var depth = 0
    var channels = 0
    for index in 0..<model.layerCount {
      let shape = model.shape(index)
      switch shape.layer.kind.weighted {
      case .convolution: depth = max(depth, Int(shape.weightsPerOutput))
      case .dense: break
      case .depthwiseConvolution, nil: continue
      }
      channels = max(channels, Int(shape.output.channels))
    }
    windows = .allocate(capacity: Self.cells * (depth + Int(OCTET_WEB_LANES)))
    windows.initialize(repeating: 0, count: Self.cells * (depth + Int(OCTET_WEB_LANES)))
    sums = .allocate(capacity: (Self.cells + 1) * max(channels, 1))
  }

  func convolve(_ row: ConvolutionRow) {
    let segment = row.windowWidth &* row.inputChannels
    let depth = row.windowHeight &* segment
    let stride = (depth &+ Int(OCTET_WEB_LANES) &- 1) & ~(Int(OCTET_WEB_LANES) &- 1)
    let step = row.strideAcross &* row.inputChannels
    let isPooled = row.poolHeight > 1 || row.poolWidth > 1
    let windowCount = isPooled ? row.poolHeight &* row.poolWidth : row.outputWidth
    let largest = sums + Self.cells &* row.outputChannels
    // What follows a window's last value is 0: another layer's windows may have left other values there.
    for cell in 0..<Self.cells {
      for index in depth..<stride { windows[cell &* stride &+ index] = 0 }
    }
    for place in 0..<(isPooled ? row.outputWidth : 1) {
      var window = 0
      while window < windowCount {
        for cell in 0..<Self.cells {
          // Beyond the last window that one again.
          let next = min(window &+ cell, windowCount &- 1)
          let down = isPooled ? next / row.poolWidth : 0
          let across = isPooled ? place &* row.poolWidth &+ next % row.poolWidth : next
          for line in 0..<row.windowHeight {
            octet_web_widen(
              windows + cell &* stride, line &* segment,
              row.input[down &* row.strideDown &+ line] + across &* step, segment)
          }
        }
        octet_web_multiply(windows, stride, row.weights, depth, row.outputChannels, sums)
        if isPooled {
          keepLargest(largest, channels: row.outputChannels, isFirst: window == 0)
        } else {
          for cell in 0..<min(Self.cells, windowCount &- window) {
            write(row, sums + cell, stride: Self.cells, at: window &+ cell)
          }
        }
        window &+= Self.cells
      }
      if isPooled { write(row, largest, stride: 1, at: place) }
    }
  }

  private func keepLargest(_ largest: UnsafeMutablePointer<Int32>, channels: Int, isFirst: Bool) {
    for channel in 0..<channels {
      let four = sums + Self.cells &* channel
      let value = max(max(four[0], four[1]), max(four[2], four[3]))
      largest[channel] = isFirst ? value : max(largest[channel], value)
    }
  }

  private func write(_ row: ConvolutionRow, _ sums: UnsafePointer<Int32>, stride: Int, at place: Int) {
    for channel in 0..<row.outputChannels {
      row.output.write(
        sums[channel &* stride] &+ row.output.bias[channel], channel: channel, to: row.target,
        at: place &* row.outputChannels &+ channel)
    }
  }

  func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    octet_web_fold(row.values, row.count, row.weights, row.weightsPerOutput, row.outputs, accumulators)
  }

  func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    for index in 0..<row.outputs { sums[index] = output.bias[index] }
    fold(row, into: sums)
    output.writeAll(sums, count: row.outputs, to: target)
  }
}
