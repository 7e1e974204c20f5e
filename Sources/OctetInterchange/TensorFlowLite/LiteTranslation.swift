import OctetHost
import OctetNetwork
import OctetText

/// Turns a .tflite file into a graph, operator by operator. Arrays have the batch first and an image's channels last.
struct LiteTranslation {
  let file: LiteGraph
  let isInteger: Bool
  var builder: GraphBuilder
  /// What tensors that depend on the input hold.
  var views: [Int: ArrayView] = [:]
  /// Blocks that were taken apart into items of a larger batch, by the tensor that holds them; its view is the whole.
  private(set) var blocks: [Int: BatchedBlocks] = [:]
  /// Shapes that nodes work out, by the tensors that hold them.
  var shapes: [Int: [Int]] = [:]
  /// Constants that a node converted, by the tensor that holds the result.
  private var aliases: [Int: Int] = [:]
  var inputTensor: Int
  /// In a network of integers, tensors that hold the floats of the input, of which QUANTIZE makes integers.
  private var realInputs: Set<Int> = []
  /// Values that a closing softmax or sigmoid gave.
  private var headValues: Set<Int> = []

  init(_ file: LiteGraph, isInteger: Bool, image: ImageShape?) throws(GraphFailure) {
    self.file = file
    self.isInteger = isInteger
    let most = NetworkDescription.largestOutputCount
    guard file.inputs.count < 2 else {
      throw GraphFailure("it has \(file.inputs.count) inputs; \(GraphBuilder.oneInput)")
    }
    guard file.inputs.count == 1, (1...most).contains(file.outputs.count) else {
      throw GraphFailure(
        "it has \(file.inputs.count) inputs and \(file.outputs.count) outputs; one input and 1 to \(most) outputs "
          + "are supported")
    }
    inputTensor = file.inputs[0]
    let tensor = file.tensors[inputTensor]
    guard let batch = tensor.shape.first, batch > 0 else {
      throw GraphFailure("its input \(tensor.name.quoted) has the shape \(tensor.shape), which has no batch")
    }
    do throws(GraphFailure) {
      builder = try GraphBuilder(
        sizes: Array(tensor.shape.dropFirst()), channelsFirst: false, image: image, batch: batch)
    } catch {
      throw GraphFailure("its input \(tensor.name.quoted) \(error.reason)")
    }
    views[inputTensor] = builder.graph.inputView
    if isInteger, isReal(inputTensor) { realInputs = [inputTensor] }
  }

  mutating func translate() throws(GraphFailure) {
    for node in file.nodes {
      let before = builder.graph.nodes.count
      do throws(GraphFailure) {
        try add(node)
      } catch {
        throw GraphFailure("\(title(node)) \(error.reason)", wantedInput: error.wantedInput)
      }
      let output = node.outputs[0]
      builder.record(kind: node.name, name: file.tensors[output].name, nodes: before, gives: views[output])
    }
    for (output, name) in zip(file.outputs, file.outputNames) {
      guard let view = views[output], view.hasBatch else {
        throw GraphFailure("its output \(name.quoted) does not depend on its input, or no operator makes it")
      }
      builder.graph.outputs.append(Graph.Output(name: name, view: view))
    }
    try builder.orderOutputs(channelsFirst: [])
  }

  func title(_ node: LiteGraph.Node) -> String {
    "\(node.name) that makes \(file.tensors[node.outputs[0]].name.quoted)"
  }

  /// Throws where a node computes with the input's floats: the integers that stand for them have lost some of each.
  mutating func requireIntegers(_ node: LiteGraph.Node, _ effect: LiteOperator.Effect) throws(GraphFailure) {
    guard node.name != "QUANTIZE", node.inputs.contains(where: realInputs.contains) else { return }
    guard effect != .computes else {
      throw GraphFailure(
        "computes with the input's floats, of which QUANTIZE makes integers elsewhere: convert with int8 inputs "
          + "(inference_input_type)")
    }
    realInputs.formUnion(node.outputs)
  }

  // MARK: what a node reads and gives

  func view(_ node: LiteGraph.Node, _ place: Int = 0) throws(GraphFailure) -> ArrayView {
    let view = try viewOfAnyForm(node, place)
    guard view.hasBatch else {
      throw GraphFailure("reads an array whose first axis is not the batch, of the sizes \(view.sizes)")
    }
    return view
  }

  /// The same for operators that do not care which axis is the batch.
  func viewOfAnyForm(_ node: LiteGraph.Node, _ place: Int = 0) throws(GraphFailure) -> ArrayView {
    guard place < node.inputs.count, let view = views[node.inputs[place]] else {
      throw GraphFailure("reads something that no operator before it makes")
    }
    try view.requireValues()
    guard blocks[node.inputs[place]] == nil else {
      throw GraphFailure(
        "reads what SPACE_TO_BATCH_ND makes; convolutions between it and BATCH_TO_SPACE_ND are supported")
    }
    return view
  }

  /// The same for operators that may work on blocks in a larger batch, which are given as the whole that they are of.
  func viewOfBlocks(_ node: LiteGraph.Node) throws(GraphFailure) -> (view: ArrayView, blocks: BatchedBlocks?)
  {
    guard let tensor = node.inputs.first, let own = blocks[tensor], let view = views[tensor] else {
      return (try view(node), nil)
    }
    return (view, own)
  }

  /// The same elements in their order under other sizes; a batch of one may be left out.
  mutating func reshaped(_ view: ArrayView, _ sizes: [Int], _ title: String) throws(GraphFailure) -> ArrayView
  {
    guard builder.batch == 1, let first = sizes.first, first != 1 else {
      return try builder.reshaped(view, sizes, title)
    }
    var found = view.reshaped(sizes)
    if found == nil, ArrayShapes.count(sizes) == view.count {
      found = try builder.contiguous(view, title).reshaped(sizes)
    }
    guard let made = found else { return try builder.reshaped(view, sizes, title) }
    return ArrayView(value: made.value, axes: made.axes, hasBatch: false)
  }

  func sizesWithBatch(_ view: ArrayView) -> [Int] {
    view.hasBatch ? [builder.batch] + view.sizes : view.sizes
  }

  /// The sizes of a tensor that holds as many elements as a view. Where a model computes a shape, the converter may not
  /// know it, and leaves axes besides the batch open; the size of one follows from the others.
  func sizes(_ tensor: Int, of view: ArrayView) -> [Int] {
    var sizes = file.tensors[tensor].shape
    let open = file.tensors[tensor].openAxes.filter { $0 > 0 && $0 < sizes.count }
    guard open.count == 1 else { return sizes }
    var others = 1
    for (axis, size) in sizes.enumerated() where axis != open[0] {
      let product = others.multipliedReportingOverflow(by: size)
      guard !product.overflow, size > 0 else { return sizes }
      others = product.partialValue
    }
    let total = sizesWithBatch(view).reduce(1, *)
    if total % others == 0 { sizes[open[0]] = total / others }
    return sizes
  }

  /// Whether a tensor can hold a view, whatever those sizes are that its file leaves open.
  ///
  /// - Parameter sizes: those of the view in the file. An open batch is read as the builder's.
  private func admits(_ tensor: Int, _ view: ArrayView, _ sizes: [Int]) -> Bool {
    let shape = file.tensors[tensor].shape
    let open = file.tensors[tensor].openAxes
    return shape.count == sizes.count
      && zip(shape, sizes).enumerated().allSatisfy { axis, pair in
        pair.0 == pair.1 || (axis > 0 || !view.hasBatch) && open.contains(axis)
      }
  }

  /// A constant tensor that a node reads; nil where it reads none there.
  func constant(_ node: LiteGraph.Node, _ place: Int) -> Int? {
    guard place < node.inputs.count, node.inputs[place] >= 0 else { return nil }
    let source = aliases[node.inputs[place]] ?? node.inputs[place]
    return file.tensors[source].data.isEmpty ? nil : source
  }

  /// Whole numbers, as shapes and axes are.
  func integers(_ node: LiteGraph.Node, _ place: Int) throws(GraphFailure) -> [Int] {
    guard let tensor = constant(node, place),
      file.tensors[tensor].element == .int32 || file.tensors[tensor].element == .int64,
      file.tensors[tensor].data.count <= 256
    else { throw GraphFailure("needs a few constant whole numbers as input \(place)") }
    return try reading { () throws(FlatBufferTable.Failure) in try file.integers(tensor) }
  }

  /// Whether a node gives integers: in a network of integers floats may stand between DEQUANTIZE and QUANTIZE.
  func givesIntegers(_ node: LiteGraph.Node) -> Bool { isInteger && !isReal(node.outputs[0]) }

  /// Whether a tensor holds floats, or what is found by comparing some.
  func isReal(_ tensor: Int) -> Bool {
    switch file.tensors[tensor].element {
    case .float32, .float16, nil: true
    case .int8, .uint8, .int4, .int16, .int32, .int64: false
    }
  }

  /// A constant's values: floats, or the file's own integers in a network of integers.
  func numbers(_ tensor: Int) throws(GraphFailure) -> [Double] {
    try reading { () throws(FlatBufferTable.Failure) in
      isInteger && !isReal(tensor)
        ? try file.integers(tensor).map { Double($0) } : try file.floats(tensor).map { Double($0) }
    }
  }

  /// The first of a constant's integers that does not fit 32 bits.
  func wideInteger(_ tensor: Int) throws(GraphFailure) -> Int? {
    try reading { () throws(FlatBufferTable.Failure) in try file.integers(tensor) }.first {
      Int32(exactly: $0) == nil
    }
  }

  private func reading<Value>(
    _ body: () throws(FlatBufferTable.Failure) -> Value
  ) throws(GraphFailure) -> Value {
    do throws(FlatBufferTable.Failure) {
      return try body()
    } catch {
      throw GraphFailure("byte \(error.offset): \(error.reason)")
    }
  }

  /// The node's settings by their numbers in its options; what is not there has the format's usual value.
  func option(_ node: LiteGraph.Node, _ field: Int, isByte: Bool = false, otherwise usual: Int = 0)
    throws(GraphFailure) -> Int
  {
    guard let options = node.options else { return usual }
    return try reading { () throws(FlatBufferTable.Failure) in
      isByte ? try options.byte(field) : try options.integer(field, otherwise: usual)
    }
  }

  /// A float among the node's settings.
  func number(_ node: LiteGraph.Node, _ field: Int, otherwise usual: Float) throws(GraphFailure) -> Float {
    guard let options = node.options else { return usual }
    let found = try reading { () throws(FlatBufferTable.Failure) in try options.float(field) }
    guard found.isFinite else { throw GraphFailure("has a setting that is not a number") }
    return found
  }

  func beta(_ node: LiteGraph.Node) throws(GraphFailure) -> Float {
    guard let options = node.options else { return 1 }
    return try reading { () throws(FlatBufferTable.Failure) in try options.float(0) }
  }

  /// Names what a node gives, whose shape must be the declared one.
  ///
  /// - Parameters:
  ///   - function: what is fused to the node, which must have made a value of its own then.
  ///   - isLayer: whether it made a value of its own; its integers are those that the tensor declares.
  ///   - maker: the value that it made, where what it gives is that in another order.
  ///   - place: which of the node's outputs it is.
  ///   - source: which of the node's inputs holds the integers of what made no value of its own.
  ///   - blocks: the blocks in a larger batch that the file has in the place of the view.
  mutating func give(
    _ node: LiteGraph.Node, _ view: ArrayView, function: Graph.Function = .identity, weights: Int? = nil,
    isLayer: Bool = true, maker: Int? = nil, place: Int = 0, source: Int = 0,
    blocks: BatchedBlocks? = nil
  ) throws(GraphFailure) {
    let output = node.outputs[place]
    let declared = file.tensors[output].shape
    let made = try blocks?.shape(of: sizesWithBatch(view)) ?? sizesWithBatch(view)
    // Where the batch is open, the converter writes 1 for that of blocks too.
    guard
      admits(output, view, made)
        || blocks != nil && declared.first == 1 && declared.dropFirst() == made.dropFirst()
    else { throw GraphFailure("gives the sizes \(made) where the file says \(declared)") }
    self.blocks[output] = blocks
    guard views[output] == nil else {
      throw GraphFailure("writes a tensor that another operator has written")
    }
    if isLayer {
      let node = (maker ?? view.value) - 1
      // What two values of one source make together is a function already, which ends with no other.
      if function != .identity, case .function(let own) = builder.graph.nodes[node].operation {
        builder.graph.nodes[node].operation = .function(.value(function.expression.of(own.expression)))
      } else {
        builder.graph.nodes[node].function = function
      }
      builder.graph.nodes[node].tensors = Graph.Tensors(weights: weights, output: output)
    } else if isInteger, node.inputs.indices.contains(source), !isHead(view) {
      try checkSameIntegers(node.inputs[source], output)
    }
    views[output] = view
  }

  /// Names places that were chosen among values, which are of no other use than as an output.
  mutating func giveChoice(_ node: LiteGraph.Node, _ view: ArrayView) throws(GraphFailure) {
    let output = node.outputs[0]
    let made = view.choice?.shape(of: view.sizes) ?? []
    guard admits(output, view, [builder.batch] + made), views[output] == nil else {
      throw GraphFailure(
        "gives the sizes \([builder.batch] + made) where the file says \(file.tensors[output].shape)")
    }
    views[output] = view
  }

  /// What only moves values must not change what their integers stand for.
  func checkSameIntegers(_ source: Int, _ output: Int) throws(GraphFailure) {
    let (from, to) = (try encoding(source), try encoding(output))
    guard from?.scales == to?.scales, from?.zeroPoints == to?.zeroPoints else {
      throw GraphFailure("changes scale or zero point, which only QUANTIZE can")
    }
  }

  /// Whether a conversion of the input gives the network's own input: the integers that are made of floats, or those of
  /// the file counted from another number.
  func isInput(_ source: Int, as output: Int) throws(GraphFailure) -> Bool {
    guard isInteger else { return true }
    let to = try encoding(output)
    if file.tensors[source].element == .float32 {
      let known = inputTensor == file.inputs[0] ? to : try encoding(inputTensor)
      guard known?.scales == to?.scales, known?.zeroPoints == to?.zeroPoints else {
        throw GraphFailure("makes other integers of the input than a QUANTIZE before it")
      }
      return true
    }
    let from = try encoding(source)
    func offset(_ tensor: Int) -> Int { file.tensors[tensor].element == .uint8 ? 128 : 0 }
    return from?.scales == to?.scales
      && from?.zeroPoints.map { $0 - offset(source) } == to?.zeroPoints.map { $0 - offset(output) }
  }

  /// Names the constant that an operator converted.
  mutating func rename(_ constant: Int, as output: Int) { aliases[output] = constant }

  /// Names the same values in another tensor, which its own integers may be for.
  mutating func giveConverted(_ node: LiteGraph.Node, _ view: ArrayView) throws(GraphFailure) {
    let output = node.outputs[0]
    guard admits(output, view, sizesWithBatch(view)) else {
      throw GraphFailure("gives another shape than it reads")
    }
    views[output] = view
  }

  /// Whether a closing softmax or sigmoid gave the values.
  func isHead(_ view: ArrayView) -> Bool { headValues.contains(view.value) }

  func encoding(_ tensor: Int) throws(GraphFailure) -> LiteGraph.Encoding? {
    try reading { () throws(FlatBufferTable.Failure) in try file.encoding(tensor) }
  }

  /// Marks what a softmax or sigmoid gives, if nothing but moves and conversions comes after it: then the integers of
  /// its output are not used, as probabilities are made of those before.
  mutating func markHead(_ node: LiteGraph.Node) {
    guard let view = views[node.outputs[0]] else { return }
    var wanted: Set = [node.outputs[0]]
    for next in file.nodes where next.inputs.contains(where: wanted.contains) {
      guard next.operation?.effect == .keepsElements else { return }
      wanted.insert(next.outputs[0])
    }
    headValues.insert(view.value)
  }
}
