/// A layer with its input and output, and the arithmetic of its window.
struct LayerShape {
  let layer: LayerRecord
  let input: TensorRecord
  let output: TensorRecord

  init(_ layer: LayerRecord, input: TensorRecord, output: TensorRecord) {
    self.layer = layer
    self.input = input
    self.output = output
  }

  /// Weights that go into one output value. Windows and extents are bounded, so only channels can make it overflow.
  var weightsPerOutput: UInt32? {
    switch layer.kind {
    case .dense:
      CheckedSize(UInt32(input.height)).times(UInt32(input.width)).times(UInt32(input.channels)).value
    case .convolution:
      CheckedSize(UInt32(layer.windowHeight)).times(UInt32(layer.windowWidth)).times(UInt32(input.channels))
        .value
    case .depthwiseConvolution:
      UInt32(layer.windowHeight) &* UInt32(layer.windowWidth)
    case .maximumPooling, .averagePooling, .globalAveragePooling, .add, .table: 0
    }
  }

  /// Whether a pooling window is cut at an edge anywhere, so that counts of cells differ.
  var isCut: Bool {
    let lastRow = (Int(output.height) &- 1) &* Int(layer.strideDown) &- Int(layer.reachAbove)
    let lastColumn = (Int(output.width) &- 1) &* Int(layer.strideAcross) &- Int(layer.reachLeft)
    return layer.reachAbove > 0 || layer.reachLeft > 0
      || lastRow &+ Int(layer.windowHeight) > Int(input.height)
      || lastColumn &+ Int(layer.windowWidth) > Int(input.width)
  }

  func checkWindow(at offset: UInt32) throws(ModelError) {
    let kind = layer.kind
    let isOne = layer.windowHeight == 1 && layer.windowWidth == 1
    try require(
      layer.windowHeight >= 1 && layer.windowWidth >= 1 && (kind.hasWindow || isOne), .window,
      at: offset &+ 6,
      UInt32(layer.windowHeight))
    let hasUnitStride = layer.strideDown == 1 && layer.strideAcross == 1
    try require(
      layer.strideDown >= 1 && layer.strideAcross >= 1 && (kind.hasWindow || hasUnitStride), .stride,
      at: offset &+ 8, UInt32(layer.strideDown))
    try require(
      kind.hasWindow || (layer.reachAbove == 0 && layer.reachLeft == 0), .reach, at: offset &+ 10,
      UInt32(layer.reachAbove))
    let hasNoPool = layer.poolHeight == 1 && layer.poolWidth == 1
    try require(
      layer.poolHeight >= 1 && layer.poolWidth >= 1 && (kind == .convolution || hasNoPool), .fusedPool,
      at: offset &+ 12, UInt32(layer.poolHeight))
    guard kind.hasWindow else { return }
    if kind.readsBorder {
      try checkBorder(at: offset)
    } else {
      // Cut windows: the first and the last one must still cover a cell, then so do those between.
      try require(
        layer.reachAbove < layer.windowHeight && layer.reachLeft < layer.windowWidth, .reach,
        at: offset &+ 10,
        UInt32(layer.reachAbove))
      let lastRow = (Int(output.height) &- 1) &* Int(layer.strideDown) &- Int(layer.reachAbove)
      let lastColumn = (Int(output.width) &- 1) &* Int(layer.strideAcross) &- Int(layer.reachLeft)
      try require(
        lastRow < Int(input.height) && lastColumn < Int(input.width), .window, at: offset &+ 6,
        UInt32(layer.windowHeight))
    }
  }

  /// Every cell under the window lies on the input or on its border. All terms are below 2^29, so nothing overflows.
  private func checkBorder(at offset: UInt32) throws(ModelError) {
    try require(
      layer.reachAbove <= input.borderAbove && layer.reachLeft <= input.borderLeft, .reach, at: offset &+ 10,
      UInt32(layer.reachAbove))
    let endRow = (Int(output.height) &- 1) &* layer.rowStep &- Int(layer.reachAbove) &+ layer.rowSpan
    let endColumn = (Int(output.width) &- 1) &* layer.columnStep &- Int(layer.reachLeft) &+ layer.columnSpan
    try require(
      endRow <= Int(input.height) &+ Int(input.borderBelow)
        && endColumn <= Int(input.width) &+ Int(input.borderRight),
      .window, at: offset &+ 6, UInt32(layer.windowHeight))
  }

  /// The output's height, width and channels, where the kind fixes them.
  func checkOutput(at offset: UInt32) throws(ModelError) {
    let isSingle = output.height == 1 && output.width == 1
    let isSameSize = output.height == input.height && output.width == input.width
    let keepsChannels = output.channels == input.channels
    let fits =
      switch layer.kind {
      case .dense: isSingle
      case .convolution: true
      case .depthwiseConvolution: output.channels % input.channels == 0
      case .maximumPooling, .averagePooling: keepsChannels
      case .globalAveragePooling: isSingle && keepsChannels
      case .add, .table: isSameSize && keepsChannels
      }
    try require(fits, .outputShape, at: offset &+ 6, UInt32(output.height))
  }
}
