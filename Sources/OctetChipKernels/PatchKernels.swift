import Octet

/// Kernels for small chips: what lies under four windows is gathered once into a scratch memory, in the form in which
/// the chip multiplies, and then serves all output channels.
///
/// Where a convolution carries a pool, the four windows are those of the pool, and only the largest of their sums is
/// requantized; otherwise they are neighbours. Each weight is loaded once for four multiply-adds. Layers that need more
/// scratch than there is go to the plain kernels.
public struct PatchKernels<Layout: PatchLayout>: RowKernels {
  /// Safe because kernels run one at a time on the thread of their session, and no use of it outlives a call.
  let scratch: UnsafeMutableRawBufferPointer
  let plain = PlainKernels()

  #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
    /// Room for weights of fewer bits that are brought to bytes.
    let unpacked: UnsafeMutableRawBufferPointer
  #endif

  /// The dense layer whose short rows are put off; -1 if there is none.
  private let gatheringLayer: Int
  /// Its rows, at the end of the scratch memory.
  private let gathered: UnsafeMutableRawPointer?

  /// Kernels for sessions over a model.
  ///
  /// - Parameters:
  ///   - model: that of the session.
  ///   - scratch: starts at a multiple of 4 and belongs to these kernels alone as long as they are used; best of
  ///     `scratchBytes(model)` bytes.
  public init(_ model: Model, scratch: UnsafeMutableRawBufferPointer) {
    let layer = Self.gatheringLayer(model)
    #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
      var scratch = scratch
      // Weights that are brought to bytes come last.
      let bytes = Self.unpackedBytes(model)
      if scratch.count >= Self.scratchBytes(model) {
        let rest = Self.scratchBytes(model) &- bytes
        unpacked = UnsafeMutableRawBufferPointer(rebasing: scratch[rest..<rest &+ bytes])
        scratch = UnsafeMutableRawBufferPointer(rebasing: scratch[..<rest])
      } else {
        unpacked = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      }
    #endif
    if let layer, let start = scratch.baseAddress,
      scratch.count >= Self.scratchBytes(model) &- Self.unpackedBytes(model)
    {
      let rest = Self.patchBytes(model)
      gatheringLayer = layer
      gathered = start + rest
      self.scratch = UnsafeMutableRawBufferPointer(rebasing: scratch[..<rest])
    } else {
      gatheringLayer = -1
      gathered = nil
      self.scratch = scratch
    }
  }

  /// Channels whose sums are made at a time.
  static var block: Int { 8 }

  static func patchBytes(_ depth: Int) -> Int {
    (depth &+ Layout.group &- 1) / Layout.group &* Layout.group &* 4 &* Layout.valueBytes
  }

  /// The scratch memory that serves every layer of a model.
  public static func scratchBytes(_ model: Model) -> Int {
    patchBytes(model) &+ (gatheringLayer(model) == nil ? 0 : gatheredValues &* Layout.valueBytes)
      &+ unpackedBytes(model)
  }

  /// The largest patch, or row of a dense layer.
  private static func patchBytes(_ model: Model) -> Int {
    var largest = 0
    for index in 0..<model.layerCount { largest = max(largest, patchBytes(model.shape(index))) }
    return largest
  }

  /// What a program that does the same in another language has to know: bytes of the largest patch, and the layer whose
  /// short rows are put off, behind the patch.
  package static func plan(_ model: Model) -> (patchBytes: Int, gatheringLayer: Int?) {
    (patchBytes(model), gatheringLayer(model))
  }

  private static func patchBytes(_ shape: LayerShape) -> Int {
    #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS
      if takesHalves(shape) {
        return shape.layer.kind.weighted == .dense
          ? Halves.patchBytes(shape.input.rowValues) / 4 : Halves.patchBytes(Int(shape.weightsPerOutput))
      }
    #endif
    return switch shape.layer.kind.weighted {
    case .convolution:
      patchBytes(Int(shape.weightsPerOutput)) / 4
        &* (shape.layer.poolHeight == 1 && shape.layer.poolWidth == 1
          ? Layout.windows(width: Int(shape.output.width)) : 4)
    case .dense: patchBytes(shape.input.rowValues) / 4
    case .depthwiseConvolution, nil: 0
    }
  }

  /// Values of rows that are put off at a time.
  package static var gatheredValues: Int { 256 }

  /// The first dense layer over several rows that are so short that it pays to fold several of them at once, such as
  /// the rows of the image.
  private static func gatheringLayer(_ model: Model) -> Int? {
    for index in 0..<model.layerCount {
      let shape = model.shape(index)
      let count = shape.input.rowValues
      if shape.keepsAccumulators && shape.layer.kind.hasWeights && count &* 4 <= gatheredValues
        && count % Layout.rowGroup == 0 && shape.layer.weightEncoding == .int8
      {
        return index
      }
    }
    return nil
  }

  /// A row of a convolution.
  public func convolve(_ row: ConvolutionRow) {
    let depth = row.windowHeight &* row.windowWidth &* row.inputChannels
    guard let patch = scratch.baseAddress, Self.patchBytes(depth) <= scratch.count else {
      plain.convolve(row)
      return
    }
    #if !OCTET_CHOSEN_KINDS || OCTET_CONVOLUTIONS_WITHOUT_POOL
      if row.poolHeight == 1 && row.poolWidth == 1
        && Self.patchBytes(depth) / 4 &* Layout.windows(width: row.outputWidth) <= scratch.count
        && Layout.convolve(row, patch: patch)
      {
        return
      }
    #endif
    ConvolutionPatches<Layout>(row: row, patch: patch, depth: depth).compute()
  }

  /// A row of a depthwise convolution.
  public func convolveDepthwise(_ row: ConvolutionRow) {
    if !Layout.convolveDepthwise(row, scratch: scratch) { plain.convolveDepthwise(row) }
  }

  /// A row of sums of two values.
  public func add(_ row: JoinRow) {
    if !Layout.add(row) { plain.add(row) }
  }

  /// One input row into every accumulator of a dense layer, or several short ones with the last of them.
  ///
  /// Which rows go together follows from their numbers, so there is no state that a restarted image could find wrong.
  public func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    if row.layer == gatheringLayer, let gathered {
      let rows = Self.gatheredValues / row.count
      let place = row.row % rows
      Layout.widen(gathered + place &* row.count &* Layout.valueBytes, values: row.values, count: row.count)
      let isLast = (row.row &+ 1) &* row.count == row.weightsPerOutput
      guard place &+ 1 == rows || isLast else { return }
      Layout.fold(
        gathered, count: (place &+ 1) &* row.count, weights: row.weights - place &* row.count,
        stride: row.weightsPerOutput, outputs: row.outputs, sums: accumulators)
      return
    }
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
    if Layout.multiply(row, wide, output, to: target) { return }
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
        output.write(Layout.self, start, stride: 1, channels: first..<first &+ count, to: target, at: first)
      }
      first &+= count
    }
  }

  /// The row as the chip multiplies it; nil if the scratch memory is too small.
  func widened(_ row: DenseRow) -> UnsafeMutableRawPointer? {
    guard let wide = scratch.baseAddress, Self.patchBytes(row.count) / 4 <= scratch.count else { return nil }
    Layout.widen(wide, values: row.values, count: row.count)
    return wide
  }
}
