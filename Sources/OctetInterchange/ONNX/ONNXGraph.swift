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
    case integers([Int64])
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
  /// What the file says of itself, as names and texts.
  var properties: [String: String] = [:]
}
