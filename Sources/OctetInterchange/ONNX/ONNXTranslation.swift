import OctetHost
import OctetNetwork
import OctetText
import OctetTraining

/// Turns an ONNX file into a graph, node by node, each operator by its definition in the operator set of the file.
///
/// Arrays keep the axes that the file gives them; where they lie in Octet's values an `ArrayView` knows.
struct ONNXTranslation {
  let graph: ONNXGraph
  /// The version of the standard operators.
  let version: Int
  var builder: GraphBuilder
  /// Arrays that depend on the input, by name.
  var views: [String: ArrayView] = [:]
  /// Constants of the file, and those that nodes make.
  var constants: [String: ONNXGraph.Tensor]
  var integers = Integers()
  /// Whether values between the nodes may be doubles: those of the input, or what a Cast makes.
  var hasDoubles: Bool
  /// The type of the input's elements, if they are integers.
  let inputElement: ONNXGraph.Element?
  var inputIsInteger: Bool { inputElement != nil }
  /// Elements of constants that nodes made.
  private var madeElements = 0
  /// How many nodes have been translated.
  private var progress = 0

  static let versions = 7...21

  /// The graph of a file, not yet simplified, and what else the file says.
  static func read(_ file: [UInt8], path: String) throws(ImportError) -> (
    graph: Graph, source: ONNXGraph, tensors: [IntegerTensor]
  ) {
    var source: ONNXGraph
    do throws(ProtobufReader.Failure) {
      source = try ONNXGraph(file)
    } catch {
      throw ImportError(path: path, "byte \(error.offset): \(error.reason)")
    }
    try source.load(beside: path)
    do throws(GraphFailure) {
      source = try source.inlined()
      let translated: ONNXTranslation = try translate(source)
      return (translated.builder.graph, source, translated.integers.tensors)
    } catch {
      throw ImportError(path: path, error.reason)
    }
  }

  /// An image's channels are the axis that the operators take for them; only where none says so do the sizes decide,
  /// and then only how a picture is laid into the input, never what is computed.
  private static func translate(_ source: ONNXGraph) throws(GraphFailure) -> ONNXTranslation {
    let nodes = try source.needed()
    return try translate(source, nodes, source.inputPort())
  }

  private static func translate(
    _ source: ONNXGraph, _ nodes: [ONNXGraph.Node], _ port: ONNXGraph.Port
  ) throws(GraphFailure) -> ONNXTranslation {
    var failures: [(GraphFailure, Int)] = []
    // Only where no reading with a batch makes sense is the first axis one of the item's.
    let canBeItem = (1...3).contains(port.shape.count) && !port.shape.contains(nil)
    let forms = canBeItem ? (port.shape.count == 1 ? [false] : [true, false]) : [true]
    for hasBatch in forms {
      if let graph = try translate(source, nodes, port, hasBatch: hasBatch, &failures) { return graph }
    }
    // The reading that came farther is the one that was meant.
    var failure = failures[0]
    for other in failures where other.1 > failure.1 { failure = other }
    if failure.0.isForOneItem, port.shape.first == .some(nil) {
      var single = port
      single.shape[0] = 1
      return try translate(source, nodes, single)
    }
    throw failure.0
  }

  private static func translate(
    _ source: ONNXGraph, _ nodes: [ONNXGraph.Node], _ port: ONNXGraph.Port, hasBatch: Bool,
    _ failures: inout [(GraphFailure, Int)]
  ) throws(GraphFailure) -> ONNXTranslation? {
    let sizes = port.shape.dropFirst(hasBatch ? 1 : 0).map { $0 ?? 0 }
    func isChannels(_ size: Int?) -> Bool { size == 1 || size == 3 }
    let isLast = sizes.count == 3 && isChannels(sizes.last) && !isChannels(sizes.first)
    // Of two axes the first may be that of the channels of a series. A reading in which the input need not be put into
    // another order comes before one in which it must.
    var reordered: ONNXTranslation?
    for channelsFirst in sizes.count == 3 ? [!isLast, isLast] : sizes.count == 2 ? [false, true] : [true] {
      var image: ImageShape?
      // A second time, if an operator makes the flat input an image.
      for _ in 0...1 {
        var translation = try ONNXTranslation(
          source, port, channelsFirst: channelsFirst, image: image, hasBatch: hasBatch)
        do throws(GraphFailure) {
          try translation.translate(nodes)
          guard translation.builder.graph.arrangesInput else { return translation }
          if reordered == nil { reordered = translation }
          break
        } catch {
          guard let wanted = error.wantedInput, image == nil else {
            failures.append((error, translation.progress))
            break
          }
          image = wanted
        }
      }
    }
    return reordered
  }

  private init(
    _ source: ONNXGraph, _ port: ONNXGraph.Port, channelsFirst: Bool, image: ImageShape?, hasBatch: Bool
  ) throws(GraphFailure) {
    graph = source
    constants = source.constants
    let element = port.element.flatMap { ONNXGraph.Element(rawValue: $0) }
    inputElement = element?.isFloat == false ? element : nil
    hasDoubles = element == .double
    guard let version = source.version else {
      throw GraphFailure(
        "it does not say which operator set it uses: this is not an ONNX model, or a part of one")
    }
    guard Self.versions.contains(version) else {
      throw GraphFailure(
        "it uses operator set \(version); \(Self.versions.lowerBound) to \(Self.versions.upperBound) are supported: "
          + "export it with opset_version=\(min(max(version, Self.versions.lowerBound), Self.versions.upperBound))"
      )
    }
    self.version = version
    do throws(GraphFailure) {
      builder = try GraphBuilder(
        sizes: port.shape.dropFirst(hasBatch ? 1 : 0).map { $0 ?? 0 }, channelsFirst: channelsFirst,
        image: image,
        batch: hasBatch ? port.shape.first ?? nil : 1)
    } catch {
      throw GraphFailure("its input \(port.name.quoted) \(error.reason)")
    }
    var view = builder.graph.inputView
    view.hasBatch = hasBatch
    views[port.name] = view
    if inputElement != nil { integers.encodings[port.name] = IntegerEncoding?.none }
  }

  private mutating func translate(_ nodes: [ONNXGraph.Node]) throws(GraphFailure) {
    for node in nodes {
      let before = builder.graph.nodes.count
      do throws(GraphFailure) {
        try add(node)
      } catch {
        throw GraphFailure(
          "\(node.title) \(error.reason)", wantedInput: error.wantedInput, isForOneItem: error.isForOneItem)
      }
      builder.record(
        kind: node.type, name: node.ownName, nodes: before, gives: views[node.outputs.first ?? ""])
      progress += 1
    }
    for output in graph.outputs {
      guard let view = views[output.name] else {
        throw GraphFailure(
          constants[output.name] == nil
            ? "its output \(output.name.quoted) is made by no node"
            : "its output \(output.name.quoted) is a constant, or depends on the size of the batch alone: take it out "
              + "of the graph's outputs")
      }
      guard view.rowAxes == 0 else {
        throw GraphFailure(
          "its output \(output.name.quoted) \(Self.countsRows): put the batch back as the first")
      }
      builder.graph.outputs.append(Graph.Output(name: output.name, view: view))
    }
    let mayHaveChannelsFirst = graph.outputs.indices.filter {
      !putsChannelsLast(graph.outputs[$0].name, nodes)
    }
    try builder.orderOutputs(channelsFirst: Set(mayHaveChannelsFirst))
  }

  // MARK: what a node reads and gives

  func constant(_ node: ONNXGraph.Node, _ place: Int) -> ONNXGraph.Tensor? {
    place < node.inputs.count ? constants[node.inputs[place]] : nil
  }

  func isGiven(_ node: ONNXGraph.Node, _ place: Int) -> Bool {
    place < node.inputs.count && !node.inputs[place].isEmpty
  }

  private static let countsRows = "counts the rows of all items of the batch as one axis"

  /// The same for operators that look at each value, or at each row along the last axis, alone.
  func viewOfRows(_ node: ONNXGraph.Node, _ place: Int = 0) throws(GraphFailure) -> ArrayView {
    guard isGiven(node, place), let view = views[node.inputs[place]], view.rowAxes > 0 else {
      return try viewOfAnyForm(node, place)
    }
    try view.requireValues()
    return view
  }

  /// The array that a node reads in its place `place`, the batch first.
  func view(_ node: ONNXGraph.Node, _ place: Int = 0) throws(GraphFailure) -> ArrayView {
    let view = try viewOfAnyForm(node, place)
    guard view.hasBatch else {
      throw GraphFailure(
        "reads an array whose first axis is not the batch, of the sizes \(view.sizes): put an axis of one before them"
      )
    }
    return view
  }

  /// The same for operators that do not care which axis is the batch.
  func viewOfAnyForm(_ node: ONNXGraph.Node, _ place: Int = 0) throws(GraphFailure) -> ArrayView {
    guard isGiven(node, place) else { throw GraphFailure("has no input \(place)") }
    let name = node.inputs[place]
    if let view = views[name] {
      try view.requireValues()
      guard view.rowAxes == 0 else {
        throw GraphFailure(
          "reads an array that \(Self.countsRows): put the batch back as the first axis (Reshape) before it")
      }
      return view
    }
    throw GraphFailure(
      constants[name] == nil
        ? "reads \(name.quoted), which no node before it makes"
        : "reads the constant \(name.quoted) where a value that depends on the input is needed")
  }

  /// A constant of floats that a node reads.
  func floats(_ node: ONNXGraph.Node, _ place: Int, _ what: String) throws(GraphFailure) -> FloatConstant {
    guard let tensor = constant(node, place) else {
      throw GraphFailure("needs constant \(what) of floats as input \(place)")
    }
    guard tensor.element != .double || hasDoubles else {
      throw GraphFailure("has \(what) of doubles as input \(place), beside values of floats")
    }
    guard tensor.element.isFloat, let values = tensor.numbers else {
      throw GraphFailure("needs constant \(what) of floats as input \(place)")
    }
    return FloatConstant(shape: tensor.shape, values: tensor.floats ?? values.map { Float($0) })
  }

  /// The optional bias of a convolution.
  func filterBias(_ node: ONNXGraph.Node, _ place: Int, filters: Int) throws(GraphFailure) -> [Double]? {
    guard isGiven(node, place) else { return nil }
    let values = try floats(node, place, "bias").values
    guard values.count == filters else {
      throw GraphFailure("has a bias that is not one number for each of \(filters) filters")
    }
    return values.map { Double($0) }
  }

  /// Numbers that are an attribute in older operator sets and an input in newer ones.
  func integers(
    _ node: ONNXGraph.Node, _ place: Int, _ name: String, inputSince: Int, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> [Int]? {
    if version < inputSince { return try attributes.integers(name) }
    guard isGiven(node, place) else { return nil }
    guard let tensor = constant(node, place) else {
      throw GraphFailure("needs constant \(name) as input \(place)")
    }
    return try tensor.integers(name)
  }

  /// Names what a node gives. Its other outputs must not be wanted.
  mutating func give(_ node: ONNXGraph.Node, _ view: ArrayView) throws(GraphFailure) {
    views[try output(node)] = view
  }

  mutating func give(_ node: ONNXGraph.Node, _ constant: ONNXGraph.Tensor) throws(GraphFailure) {
    try give(node, [constant])
  }

  /// The same for a node that gives several constants.
  mutating func give(_ node: ONNXGraph.Node, _ made: [ONNXGraph.Tensor]) throws(GraphFailure) {
    let names = try outputs(node, made.count)
    for (name, constant) in zip(names, made) {
      madeElements += constant.count
      guard madeElements <= 4 * ONNXConstantOperator.largestCount else {
        throw GraphFailure(
          "brings the constants that nodes make beyond \(4 * ONNXConstantOperator.largestCount) elements")
      }
      if !name.isEmpty { constants[name] = constant }
    }
  }

  /// The same for a node that gives several values.
  mutating func give(_ node: ONNXGraph.Node, _ made: [ArrayView]) throws(GraphFailure) {
    for (name, view) in zip(try outputs(node, made.count), made) where !name.isEmpty { views[name] = view }
  }

  private func output(_ node: ONNXGraph.Node) throws(GraphFailure) -> String { try outputs(node, 1)[0] }

  /// The names of what a node gives, the first `count`; empty for one that nobody asks for.
  private func outputs(_ node: ONNXGraph.Node, _ count: Int) throws(GraphFailure) -> [String] {
    var names = Array(node.outputs.prefix(count))
    names += [String](repeating: "", count: count - names.count)
    guard count > 1 || !names[0].isEmpty,
      names.allSatisfy({ $0.isEmpty || (views[$0] == nil && constants[$0] == nil) }),
      Set(names.filter { !$0.isEmpty }).count == names.count(where: { !$0.isEmpty })
    else {
      throw GraphFailure("gives a value without a name, or one whose name is taken")
    }
    for other in node.outputs.dropFirst(count) where !other.isEmpty && graph.isRead(other) {
      throw GraphFailure("has another output \(other.quoted) that is read, which is not supported")
    }
    return names
  }
}

extension ONNXGraph {
  /// The nodes that the outputs need, in their order.
  fileprivate func needed() throws(GraphFailure) -> [Node] {
    guard (1...NetworkDescription.largestOutputCount).contains(outputs.count) else {
      throw GraphFailure(
        "it has \(outputs.count) outputs; 1 to \(NetworkDescription.largestOutputCount) are supported")
    }
    var wanted = Set(outputs.map(\.name))
    var list: [Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: { !$0.isEmpty && wanted.contains($0) }) {
      wanted.formUnion(node.reads)
      list.append(node)
    }
    guard list.count <= GraphBuilder.mostNodes else {
      throw GraphFailure("it has \(list.count) nodes; the limit is \(GraphBuilder.mostNodes)")
    }
    return list.reversed()
  }

  /// Whether a node or the graph's output reads a value.
  func isRead(_ name: String) -> Bool {
    outputs.contains { $0.name == name } || nodes.contains { $0.reads.contains(name) }
  }

  fileprivate func inputPort() throws(GraphFailure) -> Port {
    // Exporters leave inputs behind whose nodes they have folded.
    let read = inputs.count == 1 ? inputs : inputs.filter { isRead($0.name) }
    guard read.count == 1 else {
      throw GraphFailure("it has \(read.count) inputs that something reads; \(GraphBuilder.oneInput)")
    }
    let port = read[0]
    let element = port.element.map { ONNXGraph.Element(rawValue: $0) }
    guard element.map({ $0?.isFloat == true || $0 == .int8 || $0 == .uint8 }) ?? true else {
      throw GraphFailure(
        """
        its input \(port.name.quoted) is of element type \(port.element ?? 0); floats (1, 10, 11, 16) are supported: \
        export it in float32
        """)
    }
    return port
  }
}

extension FloatModel {
  /// Reads an ONNX file.
  ///
  /// - Parameter classNames: the classes in the order of the outputs, if they are known.
  package init(onnx file: [UInt8], path: String, classNames: [String]? = nil) throws(ImportError) {
    var (graph, source, _) = try ONNXTranslation.read(file, path: path)
    guard !graph.computesWithIntegers else {
      throw ImportError(
        path: path,
        "its layers compute with integers; a float model is needed here (octet quantize converts it)")
    }
    do throws(GraphFailure) {
      try graph.simplify()
      self = try graph.floatModel(
        classNames: classNames ?? source.ownClassNames(counts: graph.outputs.map(\.view.count)))
    } catch {
      throw ImportError(path: path, error.reason)
    }
  }
}

extension ONNXGraph {
  /// The class names that Octet's own export leaves in a file, if they still fit.
  func ownClassNames(counts: [Int]) -> [String]? {
    let names = properties[ONNXWriter.classesKey].flatMap {
      try? UntrustedJSON.decode([String].self, from: $0)
    }
    return names.flatMap { names in counts.contains { max($0, 2) == names.count } ? names : nil }
  }
}
