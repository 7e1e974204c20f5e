import Octet

// Weights of fewer bits are brought to bytes in a part of the scratch memory, as many outputs at a time as fit, and
// then go the way of all others. Of a convolution that is once for a row, so each is read for every place of the row.
#if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
  extension PatchKernels {
    /// The row as the chip multiplies it by weights of four bits; nil if the scratch memory is too small.
    @inline(__always)
    private func widenedForHalves(_ row: DenseRow) -> UnsafeMutableRawPointer? {
      guard let wide = scratch.baseAddress, Halves.patchBytes(row.count) / 4 <= scratch.count else {
        return nil
      }
      Layout.HalfBytes.widen(wide, values: row.values, count: row.count)
      return wide
    }

    /// A row of a convolution.
    public func convolve(packed row: ConvolutionRow) {
      let depth = row.windowHeight &* row.windowWidth &* row.inputChannels
      let cells = row.poolHeight &* row.poolWidth
      if Layout.takesHalfBytes, row.encoding == .int4, let patch = scratch.baseAddress,
        Halves.patchBytes(depth) <= scratch.count, cells == 4 || cells == 1
      {
        let patches = ConvolutionPatches<Layout.HalfBytes>(row: row, patch: patch, depth: depth)
        if cells == 4 {
          patches.compute(0, row.outputChannels, isPooled: true)
        } else {
          patches.compute(0, row.outputChannels, isPooled: false)
        }
        return
      }
      let fitting = unpacked.count / max(depth, 1)
      guard let weights = unpacked.baseAddress?.assumingMemoryBound(to: Int8.self), fitting > 0,
        let patch = scratch.baseAddress, Self.patchBytes(depth) <= scratch.count, cells == 4 || cells == 1
      else {
        plain.convolve(packed: row)
        return
      }
      if fitting >= row.outputChannels {
        unpack(row.weights, row.encoding, lines: row.outputChannels, perLine: depth, to: weights)
        convolve(row.with(weights))
        return
      }
      let line = Int(row.encoding.bytes(UInt32(truncatingIfNeeded: depth)))
      let part = ConvolutionPatches<Layout>(row: row.with(weights), patch: patch, depth: depth)
      var first = 0
      while first < row.outputChannels {
        let end = min(first &+ fitting, row.outputChannels)
        unpack(row.weights + first &* line, row.encoding, lines: end &- first, perLine: depth, to: weights)
        if cells == 4 {
          part.compute(first, end, isPooled: true)
        } else {
          part.compute(first, end, isPooled: false)
        }
        first = end
      }
    }

    /// A row of a depthwise convolution.
    public func convolveDepthwise(packed row: ConvolutionRow) {
      let cells = row.windowHeight &* row.windowWidth
      guard let weights = unpacked.baseAddress?.assumingMemoryBound(to: Int8.self),
        cells &* row.outputChannels <= unpacked.count
      else {
        plain.convolveDepthwise(packed: row)
        return
      }
      unpack(row.weights, row.encoding, lines: cells, perLine: row.outputChannels, to: weights)
      convolveDepthwise(row.with(weights))
    }

    /// One input row into every accumulator of a dense layer.
    public func fold(packed row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
      if Layout.takesHalfBytes, row.encoding == .int4, let wide = widenedForHalves(row) {
        Layout.HalfBytes.fold(
          wide, count: row.count, weights: row.weights, stride: row.weightsPerOutput, outputs: row.outputs,
          sums: accumulators)
        return
      }
      let isDone = forEachBlock(row) { weights, stride, outputs, wide in
        Layout.fold(
          wide, count: row.count, weights: weights, stride: stride, outputs: outputs.count,
          sums: accumulators + outputs.lowerBound)
      }
      if !isDone { plain.fold(packed: row, into: accumulators) }
    }

    /// A dense layer over a single row.
    public func multiply(packed row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
      let isDone = forEachBlock(row) { weights, stride, outputs, wide in
        var sums = InlineArray<8, Int32>(repeating: 0)
        var span = sums.mutableSpan
        span.withUnsafeMutableBufferPointer { sums in
          guard let start = sums.baseAddress else { return }
          if Layout.takesHalfBytes, row.encoding == .int4 {
            Layout.HalfBytes.fold(
              wide, count: row.count, weights: weights, stride: stride, outputs: outputs.count, sums: start)
          } else {
            Layout.fold(
              wide, count: row.count, weights: weights, stride: stride, outputs: outputs.count, sums: start)
          }
          output.write(
            Layout.self, start, stride: 1, channels: outputs, to: target, at: outputs.lowerBound)
        }
      }
      if !isDone { plain.multiply(packed: row, output, to: target) }
    }

    /// Calls `body` with the weights of up to eight outputs at a time, how many bytes they are apart, and the row as
    /// the chip multiplies it. Weights are brought to bytes unless the layout takes them as they are.
    ///
    /// - Returns: whether there is room for that; else nothing has happened.
    @inline(__always)
    private func forEachBlock(
      _ row: DenseRow, _ body: (UnsafePointer<Int8>, Int, Range<Int>, UnsafeRawPointer) -> Void
    ) -> Bool {
      if Layout.takesHalfBytes, row.encoding == .int4 {
        guard let wide = widenedForHalves(row) else { return false }
        var first = 0
        while first < row.outputs {
          let end = min(first &+ Self.block, row.outputs)
          body(row.weights + first &* row.weightsPerOutput, row.weightsPerOutput, first..<end, wide)
          first = end
        }
        return true
      }
      guard let weights = unpacked.baseAddress?.assumingMemoryBound(to: Int8.self),
        unpacked.count >= row.count, let wide = widened(row)
      else { return false }
      let block = min(unpacked.count / row.count, Self.block)
      var first = 0
      while first < row.outputs {
        let count = min(row.outputs &- first, block)
        for output in 0..<count {
          PackedLine.unpack(
            row.weights + (first &+ output) &* row.weightsPerOutput, row.encoding, count: row.count,
            to: weights + output &* row.count)
        }
        body(weights, row.count, first..<first &+ count, wide)
        first &+= count
      }
      return true
    }

    @inline(never)
    private func unpack(
      _ packed: UnsafePointer<Int8>, _ encoding: WeightEncoding, lines: Int, perLine: Int,
      to weights: UnsafeMutablePointer<Int8>
    ) {
      let bytes = Int(encoding.bytes(UInt32(truncatingIfNeeded: perLine)))
      for line in 0..<lines {
        PackedLine.unpack(packed + line &* bytes, encoding, count: perLine, to: weights + line &* perLine)
      }
    }
  }
#endif

extension PatchKernels {
  /// The same kernels for weights of four bits, which they take as they are stored.
  typealias Halves = PatchKernels<Layout.HalfBytes>

  /// Whether a layer's weights are taken as they are stored, though of four bits.
  static func takesHalves(_ shape: LayerShape) -> Bool {
    Layout.takesHalfBytes && shape.layer.weightEncoding == .int4
      && shape.layer.kind.weighted != .depthwiseConvolution
  }

  /// Layers of so many weights are brought to bytes as a whole.
  private static var wholeLayer: Int { 1024 }

  /// Bytes for weights of fewer bits that serve every layer of a model; 0 where none has such.
  static func unpackedBytes(_ model: Model) -> Int {
    #if OCTET_CHOSEN_KINDS && !OCTET_INT4_WEIGHTS && !OCTET_TERNARY_WEIGHTS
      return 0
    #else
      return largestUnpacked(model)
    #endif
  }

  private static func largestUnpacked(_ model: Model) -> Int {
    var largest = 0
    for index in 0..<model.layerCount {
      let shape = model.shape(index)
      guard shape.layer.weightEncoding != .int8, !takesHalves(shape) else { continue }
      let outputs = Int(shape.output.channels)
      let perOutput = Int(shape.weightsPerOutput)
      let bytes =
        switch shape.layer.kind.weighted {
        case .convolution: min(max(block &* perOutput, wholeLayer), outputs &* perOutput)
        case .dense: shape.input.rowValues &* min(outputs, 4)
        case .depthwiseConvolution: outputs &* perOutput
        case nil: 0
        }
      // A multiple of four, as what lies before it.
      largest = max(largest, (bytes &+ 3) & ~3)
    }
    return largest
  }
}
