import OctetNetwork

/// Windows and weights.
extension LiteTranslation {
  /// Stride, padding and dilation, from the fields of the node's options.
  ///
  /// - Parameter blocks: what is read lies so in a larger batch; the window is that on the whole.
  func window(
    _ node: LiteGraph.Node, height: Int, width: Int, dilations: (width: Int, height: Int)?,
    blocks: BatchedBlocks? = nil
  ) throws(GraphFailure) -> (Window, Dilation) {
    guard node.options != nil else { throw GraphFailure("has no options") }
    let (strideWidth, strideHeight) = (try option(node, 1), try option(node, 2))
    var dilation = Dilation.none
    if let dilations {
      dilation.width = try option(node, dilations.width, otherwise: 1)
      dilation.height = try option(node, dilations.height, otherwise: 1)
      guard (1...255).contains(dilation.width), (1...255).contains(dilation.height) else {
        throw GraphFailure("has dilation \(dilation.height)x\(dilation.width); 1 to 255 are supported")
      }
    }
    guard [height, width, strideHeight, strideWidth].allSatisfy({ (1...255).contains($0) }) else {
      throw GraphFailure(
        "has window \(height)x\(width) and stride \(strideHeight)x\(strideWidth); 1 to 255 are supported")
    }
    let mode = try option(node, 0, isByte: true)
    guard mode == 0 || mode == 1 else {
      throw GraphFailure("has padding \(mode); SAME and VALID (0, 1) are supported")
    }
    var window = Window(
      height: height, width: width, strideHeight: strideHeight, strideWidth: strideWidth,
      padding: mode == 0 ? .same : .valid)
    if let blocks { try blocks.widen(&window, &dilation) }
    return (window, dilation)
  }

  /// What a pool reads, and its window.
  func poolingWindow(_ node: LiteGraph.Node) throws(GraphFailure) -> (ArrayView, Window) {
    let view = try view(node)
    return (view, try window(node, height: option(node, 4), width: option(node, 3), dilations: nil).0)
  }

  // MARK: weights

  func weights(_ node: LiteGraph.Node, rank: Int) throws(GraphFailure) -> (tensor: Int, shape: [Int]) {
    guard let tensor = constant(node, 1) else { throw GraphFailure("needs constant weights") }
    let shape = file.tensors[tensor].shape
    guard shape.count == rank, shape.allSatisfy({ (1...65_535).contains($0) }) else {
      throw GraphFailure("has weights of shape \(shape)")
    }
    return (tensor, shape)
  }

  /// The weights of a layer; integers are less their zero point, so that 0 can be put between them or beside them.
  func weightNumbers(_ tensor: Int) throws(GraphFailure) -> [Double] {
    let numbers = try numbers(tensor)
    guard isInteger, let encoding = try encoding(tensor), encoding.zeroPoints.count == 1 else {
      return numbers
    }
    let zero = Double(encoding.zeroPoints[0])
    return zero == 0 ? numbers : numbers.map { $0 - zero }
  }

  /// `outputs x places` becomes `places x outputs`.
  func outputsLast(_ tensor: Int, outputs: Int) throws(GraphFailure) -> [Float] {
    let numbers = try weightNumbers(tensor)
    let places = numbers.count / outputs
    var ordered: [Float] = []
    ordered.reserveCapacity(numbers.count)
    for place in 0..<places {
      for output in 0..<outputs { ordered.append(Float(numbers[output * places + place])) }
    }
    return ordered
  }

  func bias(_ node: LiteGraph.Node, count: Int) throws(GraphFailure) -> [Double]? {
    guard node.inputs.count > 2, node.inputs[2] >= 0 else { return nil }
    guard let tensor = constant(node, 2) else { throw GraphFailure("needs a constant bias") }
    // Of 64 bits where weights are of 16; sums of those do not fit anyway.
    if isInteger, let wide = try wideInteger(tensor) {
      throw GraphFailure("has the bias \(wide), which does not fit 32 bits")
    }
    let numbers = try numbers(tensor)
    guard numbers.count == count else {
      throw GraphFailure("has a bias of \(numbers.count) numbers for \(count) outputs")
    }
    return numbers
  }
}
