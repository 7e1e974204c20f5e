import OctetText

/// Branches of an If node, as PyTorch writes one where it did not know a size: the condition is worked out when the
/// file is read, and the nodes of the branch that it chooses stand in the node's place.
extension ONNXGraph {
  /// A graph within a node. Its nodes read values of the graphs around it too.
  struct Branch {
    var nodes: [Node] = []
    var constants: [String: Tensor] = [:]
    var outputs: [String] = []

    /// Names of values that it makes itself.
    var ownNames: Set<String> {
      nodes.reduce(into: Set(constants.keys)) { names, node in names.formUnion(node.outputs) }
    }

    /// Names of values around it that it reads.
    var reads: Set<String> {
      nodes.reduce(into: Set(outputs)) { names, node in names.formUnion(node.reads) }.subtracting(ownNames)
    }

    /// The same with other names for all values.
    func renamed(_ rename: (String) -> String) -> Branch {
      var made = Branch(outputs: outputs.map(rename))
      for (name, tensor) in constants { made.constants[rename(name)] = tensor }
      made.nodes = nodes.map { $0.renamed(rename) }
      return made
    }
  }

  /// Graphs within graphs, to this depth.
  static let deepestBranch = 8

  static func branch(_ file: [UInt8], _ range: Range<Int>, depth: Int) throws(ProtobufReader.Failure)
    -> Branch
  {
    var branch = Branch()
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: branch.nodes.append(try node(file, try field.range(), depth: depth))
      case 5:
        let tensor = try tensor(file, try field.range())
        branch.constants[tensor.name] = tensor
      case 12: branch.outputs.append(try port(file, try field.range()).name)
      default: break
      }
    }
    return branch
  }
}

extension ONNXGraph.Node {
  /// Names of all values that it reads, those that its branches read among them.
  var reads: [String] {
    attributes.values.reduce(into: inputs) { names, attribute in
      if case .branch(let branch) = attribute { names += branch.reads }
    }
  }

  func renamed(_ rename: (String) -> String) -> ONNXGraph.Node {
    var made = self
    // An empty name is an input or output that is left out.
    made.inputs = inputs.map { $0.isEmpty ? "" : rename($0) }
    made.outputs = outputs.map { $0.isEmpty ? "" : rename($0) }
    for (name, attribute) in attributes {
      if case .branch(let branch) = attribute { made.attributes[name] = .branch(branch.renamed(rename)) }
    }
    return made
  }
}

extension ONNXTranslation {
  /// Puts a branch in the place of an If node.
  mutating func addBranch(_ node: ONNXGraph.Node) throws(GraphFailure) {
    guard let condition = constant(node, 0), condition.element == .bool,
      case .integers(let flags) = condition.values,
      flags.count == 1
    else {
      throw GraphFailure("chooses by what is no constant: export the model with its input's size fixed")
    }
    let name = flags[0] == 0 ? "else_branch" : "then_branch"
    guard case .branch(let found) = node.attributes[name] else {
      throw GraphFailure("has no \(name), or one deeper within others than \(ONNXGraph.deepestBranch)")
    }
    guard found.outputs.count == node.outputs.count else {
      throw GraphFailure("has \(node.outputs.count) outputs and \(found.outputs.count) in its \(name)")
    }
    // Branches of several nodes may have the same names within them; no file has one with a null character.
    let own = found.ownNames
    let prefix = node.outputs.first ?? ""
    let branch = found.renamed { own.contains($0) ? "\(prefix)\u{0}\($0)" : $0 }
    for (name, tensor) in branch.constants {
      guard tensor.external == nil else { throw GraphFailure("has weights of another file in a branch") }
      constants[name] = tensor
    }
    for inner in branch.nodes {
      do throws(GraphFailure) {
        try add(inner)
      } catch {
        let title = inner.title.replacing("\(prefix)\u{0}", with: "")
        throw GraphFailure(
          "chooses the \(name), where \(title) \(error.reason)", wantedInput: error.wantedInput,
          isForOneItem: error.isForOneItem)
      }
    }
    for (outer, inner) in zip(node.outputs, branch.outputs) where !outer.isEmpty {
      try add(ONNXGraph.Node(type: "Identity", inputs: [inner], outputs: [outer]))
    }
  }
}
