import Octet

/// Kernels for small chips: what lies under four windows is gathered once into a scratch memory, in the form in which the chip
/// multiplies, and then serves all output channels.
///
/// Where a convolution carries a pool, the four windows are those of the pool, and only the largest of their sums is
/// requantized; otherwise they are neighbours. Each weight is loaded once for four multiply-adds. Layers that need more scratch
/// than there is go to the plain kernels.
public struct PatchKernels<Layout: PatchLayout>: RowKernels {
  /// Safe because kernels run one at a time on the thread of their session, and no use of it outlives a call.
  private let scratch: UnsafeMutableRawBufferPointer
  private let plain = PlainKernels()

  /// - Parameter scratch: starts at a multiple of 4 and belongs to these kernels alone as long as they are used.
  public init(scratch: UnsafeMutableRawBufferPointer) { self.scratch = scratch }

  /// Channels whose sums are made at a time.
  private static var block: Int { 8 }

  private static func patchBytes(_ depth: Int) -> Int {
    (depth &+ Layout.group &- 1) / Layout.group &* Layout.group &* 4 &* Layout.valueBytes
  }

  /// The scratch memory that serves every layer of a model.
  public static func scratchBytes(_ model: Model) -> Int {
    var largest = 0
    for index in 0..<model.layerCount {
      let layer = model.layer(index)
      let input = model.tensor(Int(layer.input))
      switch layer.kind {
      case .convolution:
        let depth = Int(layer.windowHeight) &* Int(layer.windowWidth) &* Int(input.channels)
        largest = max(largest, patchBytes(depth))
      case .dense: largest = max(largest, patchBytes(input.rowValues) / 4)
      default: break
      }
    }
    return largest
  }

  /// A row of a convolution.
  public func convolve(_ row: ConvolutionRow) {
    let depth = row.windowHeight &* row.windowWidth &* row.inputChannels
    guard let patch = scratch.baseAddress, Self.patchBytes(depth) <= scratch.count else {
      plain.convolve(row)
      return
    }
    ConvolutionPatches<Layout>(row: row, patch: patch, depth: depth).compute()
  }

  /// A row of a depthwise convolution.
  public func convolveDepthwise(_ row: ConvolutionRow) { plain.convolveDepthwise(row) }

  /// One input row into every accumulator of a dense layer.
  public func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    guard let wide = widened(row) else {
      plain.fold(row, into: accumulators)
      return
    }
    Layout.fold(
      wide, count: row.count, weights: row.weights, stride: row.weightsPerOutput, outputs: row.outputs,
      sums: accumulators)
  }

  /// A dense layer over a single row.
  public func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    guard let wide = widened(row) else {
      plain.multiply(row, output, to: target)
      return
    }
    var sums = InlineArray<8, Int32>(repeating: 0)
    var first = 0
    while first < row.outputs {
      let count = min(row.outputs &- first, Self.block)
      for index in 0..<count { sums[index] = 0 }
      var span = sums.mutableSpan
      span.withUnsafeMutableBufferPointer { sums in
        guard let start = sums.baseAddress else { return }
        Layout.fold(
          wide, count: row.count, weights: row.weights + first &* row.weightsPerOutput,
          stride: row.weightsPerOutput, outputs: count, sums: start)
        output.write(start, stride: 1, channels: first..<first &+ count, to: target, at: first)
      }
      first &+= count
    }
  }

  /// The row as the chip multiplies it; nil if the scratch memory is too small.
  private func widened(_ row: DenseRow) -> UnsafeMutableRawPointer? {
    guard let wide = scratch.baseAddress, Self.patchBytes(row.count) / 4 <= scratch.count else { return nil }
    Layout.widen(wide, values: row.values, count: row.count)
    return wide
  }
}
