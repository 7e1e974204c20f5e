import OctetHost
import OctetText
import OctetTraining

/// What Octet needs of a .tflite file, as the file has it.
package struct LiteGraph: Sendable {
  /// The types of elements that are known, by their number in the file.
  package enum Element: Int, Sendable {
    case float32 = 0
    case float16 = 1
    case int32 = 2
    case uint8 = 3
    case int64 = 4
    case int16 = 7
    case int8 = 9

    package var bytes: Int {
      switch self {
      case .uint8, .int8: 1
      case .float16, .int16: 2
      case .float32, .int32: 4
      case .int64: 8
      }
    }
  }

  package struct Tensor: Sendable {
    package var name: String
    /// With the batch.
    package var shape: [Int]
    /// Nil for a type that is not known.
    package var element: Element?
    /// Its values in the file; empty where it has none.
    package var data: Range<Int>
    /// Scales and zero points, read when they are needed.
    var quantization: FlatBufferTable?
  }

  struct Node: Sendable {
    /// The operator as TensorFlow writes it, or its author where it is one of their own.
    let name: String
    let operation: LiteOperator?
    let inputs: [Int]
    let outputs: [Int]
    let options: FlatBufferTable?
  }

  let file: [UInt8]
  package private(set) var tensors: [Tensor] = []
  private(set) var nodes: [Node] = []
  private(set) var inputs: [Int] = []
  package private(set) var outputs: [Int] = []

  /// A classifier of small pictures has far fewer.
  private static let mostTensors = 10_000
  private static let mostNodes = 1_000
  private static let largestRank = 8

  init(_ file: [UInt8]) throws(FlatBufferTable.Failure) {
    self.file = file
    guard file.count >= 8, file[4..<8].elementsEqual(Array("TFL3".utf8)) else {
      throw FlatBufferTable.Failure(
        offset: 4, reason: "\"TFL3\" is missing: this is not a .tflite file")
    }
    let model = try FlatBufferTable(file)
    let graphs = try model.tables(2, atMost: 64)
    guard graphs.count == 1 else {
      throw FlatBufferTable.Failure(
        offset: model.offset,
        reason: "the file has \(graphs.count) graphs; only one without loops is supported")
    }
    var codes: [(number: Int, name: String)] = []
    for code in try model.tables(1, atMost: Self.mostNodes) {
      // Numbers above 127 stand in a field that came later.
      let number = max(try code.byte(0), try code.integer(3))
      let isCustom = number == LiteOperatorNames.custom
      codes.append(
        (number, isCustom ? "the custom operator \(try code.text(1).quoted)" : LiteOperatorNames.name(number))
      )
    }
    let buffers = try model.tables(4, atMost: 4 * Self.mostTensors)
    for table in try graphs[0].tables(0, atMost: Self.mostTensors) {
      tensors.append(try Self.tensor(table, buffers))
    }
    inputs = try graphs[0].integers(1, atMost: 64)
    outputs = try graphs[0].integers(2, atMost: 64)
    for table in try graphs[0].tables(3, atMost: Self.mostNodes) { nodes.append(try node(table, codes)) }
    let ports = inputs + outputs
    guard ports.allSatisfy(tensors.indices.contains) else {
      throw FlatBufferTable.Failure(
        offset: graphs[0].offset, reason: "an input or output is not a tensor of the graph")
    }
  }

  private static func tensor(
    _ table: FlatBufferTable, _ buffers: [FlatBufferTable]
  ) throws(FlatBufferTable.Failure) -> Tensor {
    let buffer = try table.integer(2)
    guard buffers.indices.contains(buffer) else {
      throw FlatBufferTable.Failure(
        offset: table.offset, reason: "a tensor's values are in buffer \(buffer), which does not exist")
    }
    guard try buffers[buffer].long(1) <= 1 else {
      throw FlatBufferTable.Failure(
        offset: buffers[buffer].offset,
        reason: "its weights are outside the graph; convert the model without use_buffer_offset")
    }
    return Tensor(
      name: try table.text(3), shape: try table.integers(0, atMost: Self.largestRank),
      element: Element(rawValue: try table.byte(1)), data: try buffers[buffer].vector(0, elementBytes: 1),
      quantization: try table.table(4))
  }

  private func node(_ table: FlatBufferTable, _ codes: [(number: Int, name: String)]) throws(FlatBufferTable
    .Failure) -> Node
  {
    let index = try table.integer(0)
    guard codes.indices.contains(index) else {
      throw FlatBufferTable.Failure(
        offset: table.offset, reason: "operator \(index) is not among the \(codes.count)")
    }
    let node = Node(
      name: codes[index].name, operation: LiteOperator(rawValue: codes[index].number),
      inputs: try table.integers(1, atMost: 64), outputs: try table.integers(2, atMost: 64),
      options: try table.table(4))
    // -1 stands for an input that is left out.
    guard node.inputs.allSatisfy({ $0 == -1 || tensors.indices.contains($0) }), !node.outputs.isEmpty,
      node.outputs.allSatisfy(tensors.indices.contains)
    else {
      throw FlatBufferTable.Failure(
        offset: table.offset, reason: "an operator reads or writes a tensor that does not exist")
    }
    return node
  }
}
