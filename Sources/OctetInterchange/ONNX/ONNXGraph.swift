import OctetHost
import OctetText
import OctetTraining

/// What Octet needs of an ONNX file, as the file has it.
struct ONNXGraph {
  struct Node {
    var type = ""
    var name = ""
    var domain = ""
    var inputs: [String] = []
    var outputs: [String] = []
    var attributes: [String: Attribute] = [:]

    /// Its name, or that of what it gives.
    var ownName: String { name.isEmpty ? outputs.first ?? "" : name }

    /// For messages: "Conv node \"conv1\"".
    var title: String {
      name.isEmpty
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
    /// A graph, as loops and branches have them, or anything else.
    case other
  }

  struct Tensor {
    var name = ""
    var shape: [Int] = []
    var values: Values = .integers([])
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
    /// The size of the batch.
    case batch
    /// What was computed with it.
    case unknown
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
      default: break
      }
    }
    // Older files list weights among the inputs.
    inputs.removeAll { constants[$0.name] != nil }
  }

  /// The version of an operator set, if it is that of the standard operators.
  private static func operatorSet(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Int?
  {
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

  private static func node(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Node {
    var node = Node()
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: node.inputs.append(try field.text(file))
      case 2: node.outputs.append(try field.text(file))
      case 3: node.name = try field.text(file)
      case 4: node.type = try field.text(file)
      case 5:
        let (name, attribute) = try attribute(file, try field.range())
        node.attributes[name] = attribute
      case 7: node.domain = try field.text(file)
      default: break
      }
    }
    return node
  }

  private static func attribute(
    _ file: [UInt8], _ range: Range<Int>
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
      case 7: try field.append(to: &floats, file)
      case 8: try field.append(to: &integers, file)
      case 20: type = try field.integer()
      // A reference to an attribute of a function around the node.
      case 21:
        throw ProtobufReader.Failure(
          offset: field.offset, reason: "attributes of functions are not supported")
      default: break
      }
    }
    // Lists may be empty; the type says what they are of.
    if !integers.isEmpty || type == 7 { attribute = .integers(integers) }
    if !floats.isEmpty || type == 6 { attribute = .floats(floats) }
    return (name, attribute)
  }

  private static func port(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Port {
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

extension ONNXGraph {
  private enum ElementType: Int64 {
    case float = 1
    case int32 = 6
    case int64 = 7
    case bool = 9
    case double = 11

    var bytes: Int {
      switch self {
      case .bool: 1
      case .float, .int32: 4
      case .int64, .double: 8
      }
    }
  }

  /// No tensor of a classifier that Octet can hold has more values.
  private static let largestCount = 1 << 26

  static func tensor(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Tensor {
    var tensor = Tensor()
    var shape: [Int64] = []
    var type: Int64 = 0
    var floats: [Float] = []
    var doubles: [Double] = []
    var integers: [Int64] = []
    var raw: Range<Int>?
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append(to: &shape, file)
      case 2: type = try field.integer()
      case 4: try field.append(to: &floats, file)
      case 5, 7: try field.append(to: &integers, file)
      case 8: tensor.name = try field.text(file)
      case 9: raw = try field.range()
      case 10: try field.append(to: &doubles, file)
      case 13, 14:
        if case .number(0) = field.value { break }
        throw ProtobufReader.Failure(
          offset: field.offset,
          reason:
            """
            its weights are in a file beside it; save the model as one file (torch.onnx.export: \
            external_data=False; onnx.save: save_as_external_data=False)
            """)
      default: break
      }
    }
    func failure(_ reason: String) -> ProtobufReader.Failure {
      ProtobufReader.Failure(offset: range.lowerBound, reason: "tensor \(tensor.name.quoted) \(reason)")
    }
    var count = 1
    for size in shape {
      guard size >= 0, let whole = Int(exactly: size), !count.multipliedReportingOverflow(by: whole).overflow,
        count * whole <= largestCount
      else { throw failure("has shape \(shape), which is too large") }
      count *= whole
      tensor.shape.append(whole)
    }
    guard let element = ElementType(rawValue: type) else {
      throw failure(
        "has element type \(type): only float, double, int32, int64 and bool are supported; export the model in float32"
      )
    }
    if let raw {
      let size = element.bytes
      guard raw.count == count * size else { throw failure("has \(raw.count) bytes for \(count) values") }
      func bits(_ index: Int) -> UInt64 {
        (0..<size).reduce(0) { $0 | UInt64(file[raw.lowerBound + index * size + $1]) << UInt64(8 * $1) }
      }
      switch element {
      case .float: floats = (0..<count).map { Float(bitPattern: UInt32(truncatingIfNeeded: bits($0))) }
      case .double: doubles = (0..<count).map { Double(bitPattern: bits($0)) }
      case .int32, .int64, .bool: integers = (0..<count).map { Int64(bitPattern: bits($0)) }
      }
    }
    let given: Int
    switch element {
    case .float: (given, tensor.values) = (floats.count, .floats(floats))
    case .double: (given, tensor.values) = (doubles.count, .doubles(doubles))
    case .int32:
      (given, tensor.values) = (
        integers.count, .integers(integers.map { Int64(Int32(truncatingIfNeeded: $0)) })
      )
    case .int64: (given, tensor.values) = (integers.count, .integers(integers))
    case .bool: (given, tensor.values) = (integers.count, .integers(integers.map { $0 == 0 ? 0 : 1 }))
    }
    guard given == count else { throw failure("has \(given) values for its shape \(tensor.shape)") }
    return tensor
  }
}
