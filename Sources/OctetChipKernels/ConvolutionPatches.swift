import Octet

/// A row of a convolution, four windows at a time.
struct ConvolutionPatches<Layout: PatchLayout> {
  let row: ConvolutionRow
  let patch: UnsafeMutableRawPointer
  let depth: Int

  /// Channels whose sums are made at a time: enough that the call costs little, few enough for a small stack.
  private static var block: Int { 8 }

  func compute() {
    let cells = row.poolHeight &* row.poolWidth
    // Small pools and none: the rest are rare.
    guard cells == 4 || cells == 1 else {
      PlainKernels().convolve(row)
      return
    }
    compute(0, row.outputChannels, isPooled: cells == 4)
  }

  /// The outputs of channels from `start` up to `end`; `row.weights` are those of the first of them.
  @inline(__always)
  func compute(_ start: Int, _ end: Int, isPooled: Bool) {
    let step = row.poolWidth &* row.strideAcross &* row.inputChannels
    var lines = InlineArray<4, Int>(repeating: 0)
    var offsets = InlineArray<4, Int>(repeating: 0)
    if isPooled {
      for cell in 0..<4 {
        let down = cell / row.poolWidth
        lines[cell] = down &* row.strideDown
        offsets[cell] = (cell &- down &* row.poolWidth) &* row.strideAcross &* row.inputChannels
      }
    }
    var place = 0
    while place < row.outputWidth {
      var count = 1
      if !isPooled {
        // Four outputs side by side; at the end of the row the last one is computed again instead of what lies beyond.
        count = min(row.outputWidth &- place, 4)
        for cell in 0..<4 { offsets[cell] = min(cell, count &- 1) &* step }
      }
      gather(lines, offsets, from: place &* step)
      multiply(place, start, end, count: count, isPooled: isPooled)
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

  /// Multiplies the patch with the weights of every channel, and writes `count` outputs from `place` on, or one where
  /// the four windows are those of a pool.
  @inline(__always)
  private func multiply(_ place: Int, _ from: Int, _ to: Int, count: Int, isPooled: Bool) {
    var sums = InlineArray<32, Int32>(repeating: 0)
    var span = sums.mutableSpan
    span.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      var weights = row.weights
      var first = from
      while first < to {
        let channels = min(to &- first, Self.block)
        Layout.multiply(
          patch, weights: weights, depth: depth, channels: channels,
          end: row.weights + (to &- from) &* Layout.weightBytes(depth), sums: start)
        let index = place &* row.outputChannels &+ first
        if isPooled {
          // The largest sum gives the largest output, so one is requantized for all.
          Layout.keepLargest(start, channels: channels)
          row.output.write(
            Layout.self, start, stride: 1, channels: first..<first &+ channels, to: row.target, at: index)
        } else {
          for cell in 0..<count {
            row.output.write(
              Layout.self, start + cell, stride: 4, channels: first..<first &+ channels, to: row.target,
              at: index &+ cell &* row.outputChannels)
          }
        }
        weights += channels &* Layout.weightBytes(depth)
        first &+= channels
      }
    }
  }
}
