import OctetNetwork

/// What can be left out or done in one step without changing what is computed. Each pass states its condition.
extension Graph {
  /// For a network of floats.
  mutating func simplify() throws(GraphFailure) {
    dropUnread()
    try foldPadding()
    dropIdentities()
    fuseBiases()
    composeFunctions()
    fuseFunctions()
  }

  /// For a network of integers, where each node's output has integers of its own.
  mutating func simplifyIntegers() throws(GraphFailure) {
    dropUnread()
    try foldPadding()
  }

  /// Condition: no output depends on the value.
  mutating func dropUnread() {
    var isWanted = [Bool](repeating: false, count: nodes.count + 1)
    for output in outputs { isWanted[output.view.value] = true }
    for index in nodes.indices.reversed() where isWanted[index + 1] {
      for value in nodes[index].inputs { isWanted[value] = true }
    }
    // The new number of each value that stays.
    var numbers = [0]
    var kept: [Node] = []
    for (index, node) in nodes.enumerated() {
      if isWanted[index + 1] { kept.append(node) }
      numbers.append(kept.count)
    }
    for index in kept.indices { kept[index].inputs = kept[index].inputs.map { numbers[$0] } }
    for index in outputs.indices { outputs[index].view.value = numbers[outputs[index].view.value] }
    sources = sources.renumbered(numbers.indices.map { isWanted[$0] || $0 == 0 ? numbers[$0] : nil })
    nodes = kept
  }

  /// Zeros around an image join the border of the convolution that reads it.
  ///
  /// Condition: the reader is a convolution, whose own border is of zeros too, and is added to; a pool leaves its
  /// border out instead, so it cannot take zeros in. The value may have several readers, if all are convolutions. Other
  /// zeros are put there by a depthwise convolution of one cell that changes nothing else.
  mutating func foldPadding() throws(GraphFailure) {
    while let index = nodes.indices.last(where: { nodes[$0].operation.rules.border != nil }) {
      guard let border = nodes[index].operation.rules.border else { return }
      if !border.isEmpty, !canFoldPadding(index, border) {
        try keepPadding(index, border)
        continue
      }
      for reader in readers(of: index + 1) where !border.isEmpty {
        let rules = nodes[reader].operation.rules
        guard let wide = widened(reader, by: border, of: index) else { continue }
        nodes[reader].operation = rules.moving(wide) ?? nodes[reader].operation
      }
      // The zeros are the reader's work now.
      if let reader = readers(of: index + 1).first {
        for place in sources.indices where sources[place].value == index + 1 && sources[place].computes {
          sources[place].value = reader + 1
          sources[place].isFused = true
        }
      }
      remove(index, readAs: nodes[index].inputs[0])
    }
  }

  /// The window of a convolution that takes in a border; nil where it cannot.
  private func widened(_ reader: Int, by border: Border, of index: Int) -> Window? {
    guard let window = nodes[reader].operation.rules.convolutionWindow else { return nil }
    let wide = window.adding(border, input: shape(index + 1), output: nodes[reader].shape)
    guard let places = try? wide.places(over: shape(nodes[index].inputs[0])),
      places.height == nodes[reader].shape.height, places.width == nodes[reader].shape.width
    else { return nil }
    return wide
  }

  private func canFoldPadding(_ index: Int, _ border: Border) -> Bool {
    !outputs.contains { $0.view.value == index + 1 }
      && readers(of: index + 1).allSatisfy { widened($0, by: border, of: index) != nil }
  }

  /// A depthwise convolution with one weight that is 1 for each channel.
  ///
  /// A window must be larger than its border. With `t` rows above and `b` below it has `t + b + 1` rows and a border of
  /// `t + b` on both sides; for row `y` of the output, the row `b` of the window lies on the row `y - t` of the input.
  private mutating func keepPadding(_ index: Int, _ border: Border) throws(GraphFailure) {
    let (rows, columns) = (border.top + border.bottom, border.left + border.right)
    guard rows <= 255, columns <= 255 else {
      throw GraphFailure(
        "\(nodes[index].title) puts \(rows)x\(columns) zeros around an image; 255x255 is the most")
    }
    let window = Window(
      height: rows + 1, width: columns + 1,
      padding: .border(top: rows, left: columns, bottom: rows, right: columns))
    let channels = nodes[index].shape.channels
    var weights = [Float](repeating: 0, count: (rows + 1) * (columns + 1) * channels)
    let start = (border.bottom * (columns + 1) + border.right) * channels
    for channel in 0..<channels { weights[start + channel] = 1 }
    nodes[index].operation = .layer(
      .depthwiseConvolution(DepthwiseConvolution(window: window, hasBias: false)))
    nodes[index].weights = weights
    nodes[index].isMove = true
  }

  /// Condition: the function gives what it gets.
  mutating func dropIdentities() {
    while let index = nodes.indices.first(where: { nodes[$0].operation.rules.function == .identity }) {
      remove(index, readAs: nodes[index].inputs[0])
    }
  }

  /// A sum with one constant for each output of a dense layer or convolution becomes its bias.
  ///
  /// Condition: the sum is the only reader, all factors are 1, no function lies between, the constants run along the
  /// outputs, and the layer has no bias yet (adding to one would round twice).
  mutating func fuseBiases() {
    var counts = readerCounts
    var index = 0
    while index < nodes.count {
      let node = nodes[index]
      let source = node.inputs[0] - 1
      guard let summands = node.operation.rules.summands(node), source >= 0, counts[node.inputs[0]] == 1,
        let biased = nodes[source].operation.rules.withBias, nodes[source].function == .identity,
        nodes[source].bias == nil, nodes[source].shape.channels == summands.count
      else {
        index += 1
        continue
      }
      nodes[source].bias = summands
      nodes[source].operation = biased
      // .tflite files fuse functions to sums.
      nodes[source].function = node.function
      remove(index, readAs: node.inputs[0])
      counts = readerCounts
    }
  }

  /// Two functions of one value, one after the other, become one: what is written as `x + 3`, a clip and a division is
  /// one table at the end of a layer.
  ///
  /// Condition: the second is the only reader, and not both are lines, which layers with weights take in.
  mutating func composeFunctions() {
    var counts = readerCounts
    var index = 0
    while index < nodes.count {
      let source = nodes[index].inputs[0] - 1
      guard source >= 0, counts[source + 1] == 1, let second = nodes[index].valueFunction,
        let first = nodes[source].valueFunction,
        nodes[index].operation.rules.function != nil || nodes[source].operation.rules.function != nil
      else {
        index += 1
        continue
      }
      let whole = second.of(first)
      guard whole.size <= ValueFunction.largestSize, nodes[index].operation.rules.head == nil else {
        index += 1
        continue
      }
      nodes[source].operation = .function(.value(whole))
      (nodes[source].function, nodes[source].weights, nodes[source].bias) = (.identity, [], nil)
      remove(index, readAs: nodes[index].inputs[0])
      counts = readerCounts
    }
  }

  /// A function of one value becomes the end of the layer that makes the value.
  ///
  /// Condition: the function is the only reader, the layer ends with no function yet, and its kind can end with one.
  ///
  /// - Parameter takes: which functions may.
  mutating func fuseFunctions(_ takes: (Function) -> Bool = { _ in true }) {
    var counts = readerCounts
    var index = 0
    while index < nodes.count {
      let source = nodes[index].inputs[0] - 1
      guard let function = nodes[index].operation.rules.function, takes(function), source >= 0,
        counts[source + 1] == 1,
        nodes[source].operation.rules.takesFunction, nodes[source].function == .identity
      else {
        index += 1
        continue
      }
      nodes[source].function = function
      remove(index, readAs: nodes[index].inputs[0])
      counts = readerCounts
    }
  }

  /// Takes out a node; those that read what it made read `value` from now on.
  mutating func remove(_ index: Int, readAs value: Int) {
    func renamed(_ old: Int) -> Int {
      let read = old == index + 1 ? value : old
      return read > index + 1 ? read - 1 : read
    }
    nodes.remove(at: index)
    for reader in nodes.indices { nodes[reader].inputs = nodes[reader].inputs.map(renamed) }
    for index in outputs.indices { outputs[index].view.value = renamed(outputs[index].view.value) }
    for place in sources.indices {
      if sources[place].value == index + 1, sources[place].computes { sources[place].isFused = true }
      sources[place].value = sources[place].value.map(renamed)
    }
  }
}

extension Window {
  /// The same window with more border, written as numbers.
  fileprivate func adding(_ border: Graph.Border, input: ImageShape, output: ImageShape) -> Window {
    let own = self.border(input: input, output: output)
    var (bottom, right) = (0, 0)
    switch padding {
    case .valid: break
    case .same:
      bottom = max((output.height - 1) * strideHeight + height - input.height - own.top, 0)
      right = max((output.width - 1) * strideWidth + width - input.width - own.left, 0)
    case .border(_, _, let below, let beside): (bottom, right) = (below, beside)
    }
    return Window(
      height: height, width: width, strideHeight: strideHeight, strideWidth: strideWidth,
      padding: .border(
        top: own.top + border.top, left: own.left + border.left, bottom: bottom + border.bottom,
        right: right + border.right))
  }
}
