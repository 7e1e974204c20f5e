import OctetText

/// Functions that a file defines: operators that are written as nodes of others, as exporters of PyTorch's do.
///
/// A call is replaced by the nodes of its function before anything is translated. Values within it have names of their
/// own for each call, and attributes of the call stand where the function refers to them.
extension ONNXGraph {
  struct Function {
    struct Key: Hashable {
      var domain = ""
      var name = ""
      /// Tells functions of one name apart; most files have none.
      var overload = ""
    }

    var key = Key()
    var inputs: [String] = []
    var outputs: [String] = []
    var nodes: [Node] = []
    /// What attributes are where a call leaves them out.
    var defaults: [String: Attribute] = [:]
    /// The version of the standard operators in it, if it says.
    var version: Int?
  }

  static func function(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Function {
    var function = Function()
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: function.key.name = try field.text(file)
      case 4: function.inputs.append(try field.text(file))
      case 5: function.outputs.append(try field.text(file))
      case 7: function.nodes.append(try node(file, try field.range()))
      case 9:
        if let version = try operatorSet(file, try field.range()) { function.version = version }
      case 10: function.key.domain = try field.text(file)
      case 11:
        let (name, attribute) = try attribute(file, try field.range())
        function.defaults[name] = attribute
      case 13: function.key.overload = try field.text(file)
      default: break
      }
    }
    return function
  }

  /// A function may call others, to this depth.
  private static let deepest = 32

  /// The graph with each call replaced by what it stands for.
  func inlined() throws(GraphFailure) -> ONNXGraph {
    guard !functions.isEmpty else { return self }
    var graph = self
    graph.nodes = []
    var calls = 0
    for node in nodes { try append(node, to: &graph.nodes, depth: 0, calls: &calls) }
    return graph
  }

  private func append(_ node: Node, to list: inout [Node], depth: Int, calls: inout Int) throws(GraphFailure)
  {
    let key = Function.Key(domain: node.domain, name: node.type, overload: node.overload)
    guard let function = functions[key] else {
      guard list.count < 4 * GraphBuilder.mostNodes else {
        throw GraphFailure(
          "it has more than \(4 * GraphBuilder.mostNodes) nodes once its functions are written out")
      }
      list.append(node)
      return
    }
    let title = "\(node.title) is a call of the file's function \(node.type.quoted)"
    guard depth < Self.deepest else {
      throw GraphFailure("\(title), which calls others deeper than \(Self.deepest), or itself")
    }
    calls += 1
    guard calls <= GraphBuilder.mostNodes else { throw GraphFailure("\(title), one of too many") }
    guard function.version ?? version == version else {
      throw GraphFailure(
        "\(title), which is of operator set \(function.version ?? 0), and the model of \(version ?? 0)")
    }
    guard node.inputs.count <= function.inputs.count, node.outputs.count <= function.outputs.count else {
      throw GraphFailure(
        "\(title) with \(node.inputs.count) inputs and \(node.outputs.count) outputs, and it has "
          + "\(function.inputs.count) and \(function.outputs.count)")
    }
    // Names within the function, as this call has them. A second name for an output that is an input is an Identity.
    var names: [String: String] = ["": ""]
    for (index, name) in function.inputs.enumerated() {
      names[name] = index < node.inputs.count ? node.inputs[index] : ""
    }
    var given: [Node] = []
    for (index, name) in function.outputs.enumerated() {
      let outer = index < node.outputs.count ? node.outputs[index] : ""
      if let source = names[name] {
        if !outer.isEmpty { given.append(Node(type: "Identity", inputs: [source], outputs: [outer])) }
      } else if !outer.isEmpty {
        names[name] = outer
      }
    }
    let prefix = "\(node.outputs.first(where: { !$0.isEmpty }) ?? node.name)/\(calls)/"
    func renamed(_ name: String) -> String { names[name] ?? prefix + name }
    for inner in function.nodes {
      var copy = inner.renamed(renamed)
      if !inner.name.isEmpty { copy.name = "\(node.name.isEmpty ? node.type : node.name)/\(inner.name)" }
      for (name, attribute) in inner.attributes {
        guard case .reference(let outer) = attribute else { continue }
        // One that neither the call nor the function gives is left out.
        copy.attributes[name] = node.attributes[outer] ?? function.defaults[outer]
      }
      try append(copy, to: &list, depth: depth + 1, calls: &calls)
    }
    list += given
  }
}
