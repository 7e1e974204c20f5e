/// A layer with its input and output: which rows and columns lie under a place, how many weights it has, what it costs.
///
/// This is the one definition of a layer's geometry, for the loader, the order of rows, kernels, quantizer and tools.
package struct LayerShape {
  package let layer: LayerRecord
  package let input: TensorRecord
  package let output: TensorRecord
  #if !OCTET_CHOSEN_KINDS || OCTET_KIND_ARRANGEMENT || OCTET_KIND_RESAMPLING
    /// The layer's constants, for kinds whose rows follow from them.
    let constants: ModelBytes
  #else
    var constants: ModelBytes { layer.bytes }
  #endif

  @inline(__always)
  package init(
    _ layer: LayerRecord, input: TensorRecord, output: TensorRecord, constants: ModelBytes
  ) {
    self.layer = layer
    self.input = input
    self.output = output
    #if !OCTET_CHOSEN_KINDS || OCTET_KIND_ARRANGEMENT || OCTET_KIND_RESAMPLING
      self.constants = constants
    #endif
  }

  /// The first row of the input under row `row` of the output, counted without the border: below zero where a window
  /// lies on the border above.
  package func firstRow(under row: Int) -> Int {
    let traits = layer.kind.traits
    if traits.contains(.window) {
      let start = row &* layer.rowStep &- Int(layer.reachAbove)
      return traits.contains(.border) ? start : max(start, 0)
    }
    if traits.contains(.arrangement) { return ArrangedOrder(constants).rows(under: row, of: input).first }
    if traits.contains(.resampling) { return SampledPlaces(self).row(row).first }
    return traits.contains(.wholeInput) ? 0 : row
  }

  /// The row of the input after the last one under row `row` of the output, counted likewise.
  package func endRow(under row: Int) -> Int {
    let traits = layer.kind.traits
    if traits.contains(.window) {
      let end = row &* layer.rowStep &- Int(layer.reachAbove) &+ layer.rowSpan
      return traits.contains(.border) ? end : min(end, Int(input.height))
    }
    if traits.contains(.arrangement) { return ArrangedOrder(constants).rows(under: row, of: input).end }
    if traits.contains(.resampling) {
      let (first, share) = SampledPlaces(self).row(row)
      return first &+ (share > 0 ? 2 : 1)
    }
    if traits.contains(.concatenation) { return min(row &+ 1, Int(input.height)) }
    return traits.contains(.wholeInput) ? Int(input.height) : row &+ 1
  }

  /// The first row of the second input under row `row` of the output.
  @inline(__always)
  package func firstRowOfSecond(under row: Int, _ second: TensorRecord) -> Int {
    if layer.kind.traits.contains(.concatenation), output.height != input.height {
      return max(row &- Int(input.height), 0)
    }
    return IncludedKinds.unevenJoins && second.height < output.height ? 0 : row
  }

  /// The row of the second input after the last one under row `row` of the output.
  @inline(__always)
  package func endRowOfSecond(under row: Int, _ second: TensorRecord) -> Int {
    if layer.kind.traits.contains(.concatenation), output.height != input.height {
      return max(row &+ 1 &- Int(input.height), 0)
    }
    return IncludedKinds.unevenJoins && second.height < output.height ? 1 : row &+ 1
  }

  /// The column of the input after the last one under the last column of the output, counted without the border.
  package var endColumn: Int {
    guard layer.kind.traits.contains(.window) else { return Int(input.width) }
    return (Int(output.width) &- 1) &* layer.columnStep &- Int(layer.reachLeft) &+ layer.columnSpan
  }

  /// Whether rows of the input are folded into accumulators as they appear.
  @inline(__always)
  package var keepsAccumulators: Bool {
    // A weighted sum over a single row needs none, as it can be made when its output is.
    let traits = layer.kind.traits
    return traits.contains(.wholeInput) && (input.height > 1 || !traits.contains(.weights))
  }

  /// Bytes of the accumulators: four for each output channel, of which there are at most 65,535; 0 without.
  package var accumulatorsBytes: UInt32 { keepsAccumulators ? 4 &* UInt32(output.channels) : 0 }

  /// Weights that go into one output value; the largest number there is where they are more than 32 bits count, which
  /// the loader refuses. A window has at most 4,096 x 4,096 cells.
  package var weightsPerOutput: UInt32 {
    let traits = layer.kind.traits
    guard traits.contains(.weights) else { return 0 }
    let isWhole = traits.contains(.wholeInput)
    let cells =
      UInt32(isWhole ? input.height : layer.windowHeight) &* UInt32(isWhole ? input.width : layer.windowWidth)
    if traits.contains(.channelwise) { return cells }
    return CheckedSize(cells).times(UInt32(input.channels)).value ?? .max
  }

  /// Output values, times the places of the fused pool under each.
  var places: UInt64 {
    let values = UInt32(output.height) &* UInt32(output.width) &* UInt32(output.channels)
    return UInt64(narrow: values) &* UInt64(narrow: UInt32(layer.poolHeight) &* UInt32(layer.poolWidth))
  }

  /// Values that are compared or added at a place, other than products with a weight.
  var cellsPerPlace: UInt32 {
    let traits = layer.kind.traits
    if traits.contains(.weights) { return layer.poolHeight > 1 || layer.poolWidth > 1 ? 1 : 0 }
    if traits.contains(.secondInput) { return 2 }
    if traits.contains(.resampling) { return 4 }
    if traits.contains(.softmax) { return Self.softmaxSteps }
    if traits.contains(.wholeInput) { return UInt32(input.height) &* UInt32(input.width) }
    guard traits.contains(.window) else { return 0 }
    // A window may be larger than the input, but there is nothing to look at.
    return UInt32(min(layer.windowHeight, input.height)) &* UInt32(min(layer.windowWidth, input.width))
  }

  /// What a share of softmax costs: its exponential is computed twice, in about 30 steps.
  private static var softmaxSteps: UInt32 { 64 }

  /// Whether a pooling window is cut at an edge anywhere, so that counts of cells differ.
  package var isCut: Bool {
    let lastRow = (Int(output.height) &- 1) &* layer.rowStep &- Int(layer.reachAbove)
    return layer.reachAbove > 0 || layer.reachLeft > 0 || lastRow &+ layer.rowSpan > Int(input.height)
      || endColumn > Int(input.width)
  }

  /// Cells that a mean is taken over, at most.
  package var averagedCells: UInt32 {
    layer.kind.traits.contains(.window)
      ? UInt32(layer.windowHeight) &* UInt32(layer.windowWidth) : UInt32(input.height) &* UInt32(input.width)
  }
}
