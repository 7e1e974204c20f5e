import OctetHost
import OctetText
import OctetTraining

/// What Octet needs of an ONNX file, as the file has it.
struct ONNXGraph {
  struct Node {
    var type = ""
    var name = ""
    var domain = ""
    /// Which of several functions of one name it calls.
    var overload = ""
    var inputs: [String] = []
    var outputs: [String] = []
    var attributes: [String: Attribute] = [:]
    /// What messages call it, if not by its own type and name.
    var givenTitle: String?

    /// Its name, or that of what it gives.
    var ownName: String { name.isEmpty ? outputs.first ?? "" : name }

    /// For messages: "Conv node \"conv1\"".
    var title: String {
      if let givenTitle { return givenTitle }
      return name.isEmpty
        ? "the \(type) node that makes \((outputs.first ?? "").quoted)" : "\(type) node \(name.quoted)"
    }
  }

  enum Attribute {
    case integer(Int64)
    case integers([Int64])
    case float(Float)
    case floats([Float])
    case text(String)
    case tensor(Tensor)
    /// The value of an attribute of the function around the node, by its name.
    case reference(String)
    /// A graph, as loops and branches have them.
    case branch(Branch)
    /// Anything else.
    case other
  }

  struct Tensor {
    var name = ""
    var shape: [Int] = []
    var values: Values = .integers([])
    /// The type that its elements have in the file.
    var element = Element.int64
    /// The integers that its floats stand for, if they were made of some.
    var steps: Steps?
    /// Where its elements are, if they are in another file and not read yet.
    var external: External?
  }

  /// What integers stand for: `scale * (integer - zero point)`.
  struct Steps: Hashable {
    var scales: [Float]
    var zeroPoints: [Int64]
    /// The axis along which scales differ; nil where there is one.
    var axis: Int?
    /// Whether an integer takes four bits in the file.
    var areHalfBytes = false
  }

  enum Values {
    case floats([Float])
    case doubles([Double])
    case integers([Int64])
    /// Sizes of an array whose batch may have any size. Nothing but Reshape takes them for numbers.
    case sizes([Size])
  }

  enum Size: Equatable {
    case number(Int64)
    /// So often the size of the batch, at least once.
    case batches(Int64)
    /// What was computed with it.
    case unknown

    static let batch = Size.batches(1)
  }

  /// A value with its shape; a dimension without a fixed size is nil.
  struct Port {
    var name = ""
    var shape: [Int?] = []
    /// Its element type by number, if the file says.
    var element: Int64?
  }

  /// The version of the standard operators, if the file says.
  var version: Int?
  var nodes: [Node] = []
  var constants: [String: Tensor] = [:]
  var inputs: [Port] = []
  var outputs: [Port] = []
  /// Values between the nodes whose shapes the file states.
  var stated: [Port] = []
  /// What the file says of itself, as names and texts.
  var properties: [String: String] = [:]
  /// Functions that the file defines, by domain and name.
  var functions: [Function.Key: Function] = [:]
}

extension ONNXGraph {
  /// Reads a file. What is not needed is skipped; what does not parse is an error.
  init(_ file: [UInt8]) throws(ProtobufReader.Failure) {
    var graph: Range<Int>?
    var reader = ProtobufReader(file)
    while let field = try reader.next() {
      if field.number == 7 { graph = try field.range() }
      if field.number == 8 {
        if let version = try Self.operatorSet(file, try field.range()) { self.version = version }
      }
      if field.number == 14 {
        let (name, value) = try Self.property(file, try field.range())
        properties[name] = value
      }
      if field.number == 25 {
        let function = try Self.function(file, try field.range())
        functions[function.key] = function
      }
    }
    guard let graph else {
      throw ProtobufReader.Failure(offset: 0, reason: "there is no graph in it: this is not an ONNX model")
    }
    reader = ProtobufReader(file, graph)
    while let field = try reader.next() {
      switch field.number {
      case 1: nodes.append(try Self.node(file, try field.range()))
      case 5:
        let tensor = try Self.tensor(file, try field.range())
        constants[tensor.name] = tensor
      case 11: inputs.append(try Self.port(file, try field.range()))
      case 12: outputs.append(try Self.port(file, try field.range()))
      case 13: stated.append(try Self.port(file, try field.range()))
      case 15:
        throw ProtobufReader.Failure(
          offset: field.offset,
          reason: "it has sparse weights, which are not supported: export them as they are")
      default: break
      }
    }
    // Older files list weights among the inputs.
    inputs.removeAll { constants[$0.name] != nil }
  }

  /// The version of an operator set, if it is that of the standard operators.
  static func operatorSet(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Int? {
    var (domain, version) = ("", Int64(0))
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      if field.number == 1 { domain = try field.text(file) }
      if field.number == 2 { version = try field.integer() }
    }
    return domain.isEmpty || domain == "ai.onnx" ? Int(clamping: version) : nil
  }

  private static func property(
    _ file: [UInt8], _ range: Range<Int>
  ) throws(ProtobufReader.Failure) -> (String, String) {
    var (name, value) = ("", "")
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      if field.number == 1 { name = try field.text(file) }
      if field.number == 2 { value = try field.text(file) }
    }
    return (name, value)
  }

  /// - Parameter depth: of the graph that it is in, within others.
  static func node(_ file: [UInt8], _ range: Range<Int>, depth: Int = 0) throws(ProtobufReader.Failure)
    -> Node
  {
    var node = Node()
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: node.inputs.append(try field.text(file))
      case 2: node.outputs.append(try field.text(file))
      case 3: node.name = try field.text(file)
      case 4: node.type = try field.text(file)
      case 5:
        let (name, attribute) = try attribute(file, try field.range(), depth: depth)
        node.attributes[name] = attribute
      case 7: node.domain = try field.text(file)
      case 8: node.overload = try field.text(file)
      default: break
      }
    }
    return node
  }

  static func attribute(
    _ file: [UInt8], _ range: Range<Int>, depth: Int = 0
  ) throws(ProtobufReader.Failure) -> (String, Attribute) {
    var name = ""
    var attribute = Attribute.other
    var integers: [Int64] = []
    var floats: [Float] = []
    var type: Int64 = 0
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text(file)
      case 2: attribute = .float(try field.float())
      case 3: attribute = .integer(try field.integer())
      case 4: attribute = .text(try field.text(file))
      case 5: attribute = .tensor(try tensor(file, try field.range()))
      case 6 where depth < deepestBranch:
        attribute = .branch(try branch(file, try field.range(), depth: depth + 1))
      case 7: try field.append(to: &floats, file)
      case 8: try field.append(to: &integers, file)
      case 20: type = try field.integer()
      // Of a function around the node.
      case 21:
        let outer = try field.text(file)
        if !outer.isEmpty { attribute = .reference(outer) }
      default: break
      }
    }
    if case .reference = attribute { return (name, attribute) }
    // Lists may be empty; the type says what they are of.
    if !integers.isEmpty || type == 7 { attribute = .integers(integers) }
    if !floats.isEmpty || type == 6 { attribute = .floats(floats) }
    return (name, attribute)
  }

  static func port(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Port {
    var port = Port()
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: port.name = try field.text(file)
      case 2:
        // Type, then tensor type, then shape, then dimensions: each the first field but for the shape, which is second.
        var type = ProtobufReader(file, try field.range())
        while let field = try type.next() {
          guard field.number == 1 else { continue }
          var tensor = ProtobufReader(file, try field.range())
          while let field = try tensor.next() {
            if field.number == 1 { port.element = try field.integer() }
            if field.number == 2 { port.shape = try shape(file, try field.range()) }
          }
        }
      default: break
      }
    }
    return port
  }

  private static func shape(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> [Int?] {
    var shape: [Int?] = []
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      var size: Int?
      var dimension = ProtobufReader(file, try field.range())
      while let field = try dimension.next() {
        if field.number == 1 {
          let value = try field.integer()
          size = value > 0 ? Int(value) : nil
        }
      }
      shape.append(size)
    }
    return shape
  }
}
