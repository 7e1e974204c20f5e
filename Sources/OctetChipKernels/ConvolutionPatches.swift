import Octet

/// A row of a convolution, four windows at a time.
struct ConvolutionPatches<Layout: PatchLayout> {
  let row: ConvolutionRow
  let patch: UnsafeMutableRawPointer
  let depth: Int

  /// Channels whose sums are made at a time: enough that the call costs little, few enough for a small stack.
  private static var block: Int { 8 }

  func compute() {
    if row.poolHeight &* row.poolWidth == 4 {
      computePooled()
    } else if row.poolHeight == 1 && row.poolWidth == 1 {
      computeNeighbours()
    } else {
      PlainKernels().convolve(row)
    }
  }

  /// Each output is the largest of four sums.
  private func computePooled() {
    var offsets = InlineArray<4, Int>(repeating: 0)
    var lines = InlineArray<4, Int>(repeating: 0)
    for cell in 0..<4 {
      lines[cell] = cell / row.poolWidth &* row.strideDown
      offsets[cell] = cell % row.poolWidth &* row.strideAcross &* row.inputChannels
    }
    let step = row.poolWidth &* row.strideAcross &* row.inputChannels
    for place in 0..<row.outputWidth {
      gather(lines, offsets, from: place &* step)
      multiply { sums, channel in
        let first = max(sums[0], sums[1])
        let second = max(sums[2], sums[3])
        row.output.write(
          max(first, second) &+ row.output.bias[channel], channel: channel, to: row.target,
          at: place &* row.outputChannels &+ channel)
      }
    }
  }

  /// Four outputs side by side; at the end of the row the last one is computed again instead of what lies beyond.
  private func computeNeighbours() {
    var offsets = InlineArray<4, Int>(repeating: 0)
    let lines = InlineArray<4, Int>(repeating: 0)
    let step = row.strideAcross &* row.inputChannels
    var place = 0
    while place < row.outputWidth {
      let count = min(row.outputWidth &- place, 4)
      for cell in 0..<4 { offsets[cell] = min(cell, count &- 1) &* step }
      gather(lines, offsets, from: place &* step)
      multiply { sums, channel in
        for cell in 0..<count {
          row.output.write(
            sums[cell] &+ row.output.bias[channel], channel: channel, to: row.target,
            at: (place &+ cell) &* row.outputChannels &+ channel)
        }
      }
      place &+= count
    }
  }

  /// - Parameters:
  ///   - lines: where the windows start, in rows.
  ///   - offsets: where they start, in bytes of a row from `start`.
  @inline(__always)
  private func gather(_ lines: InlineArray<4, Int>, _ offsets: InlineArray<4, Int>, from start: Int) {
    clearRest()
    let segment = row.windowWidth &* row.inputChannels
    var windows = InlineArray<4, UnsafePointer<Int8>?>(repeating: nil)
    for line in 0..<row.windowHeight {
      for cell in 0..<4 { windows[cell] = row.input[lines[cell] &+ line] + (start &+ offsets[cell]) }
      windows.span.withUnsafeBufferPointer { windows in
        guard let first = windows.baseAddress else { return }
        Layout.gather(patch, index: line &* segment, windows: first, count: segment)
      }
    }
  }

  /// Clears the last group of values where the depth leaves some of it open.
  @inline(__always)
  private func clearRest() {
    let open = depth % Layout.group
    guard open != 0 else { return }
    let groupBytes = Layout.group &* 4 &* Layout.valueBytes
    let last = patch + depth / Layout.group &* groupBytes
    for offset in stride(from: 0, to: groupBytes, by: 4) {
      last.storeBytes(of: 0, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// Calls `write` with the four sums of each channel.
  @inline(__always)
  private func multiply(_ write: (UnsafePointer<Int32>, Int) -> Void) {
    var sums = InlineArray<32, Int32>(repeating: 0)
    var span = sums.mutableSpan
    span.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      var weights = row.weights
      var first = 0
      while first < row.outputChannels {
        let count = min(row.outputChannels &- first, Self.block)
        Layout.multiply(
          patch, weights: weights, depth: depth, channels: count,
          end: row.weights + row.outputChannels &* depth, sums: start)
        for channel in 0..<count { write(UnsafePointer(start) + 4 &* channel, first &+ channel) }
        weights += count &* depth
        first &+= count
      }
    }
  }
}
