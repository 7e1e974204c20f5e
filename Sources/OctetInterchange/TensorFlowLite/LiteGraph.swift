import OctetHost
import OctetNetwork
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
    /// Two in a byte, the first in its lower half.
    case int4 = 17

    /// What an element takes when it is a byte or more.
    package var bytes: Int {
      switch self {
      case .uint8, .int8, .int4: 1
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
    /// Axes that the file leaves open, in whose place `shape` has 1.
    package var openAxes: [Int] = []
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
    /// Nil where it is not supported.
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
  /// What the outputs are called: by the file's signature, or else as their tensors are.
  private(set) var outputNames: [String] = []

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
    var codes: [String] = []
    for code in try model.tables(1, atMost: Self.mostNodes) {
      // Numbers above 127 stand in a field that came later.
      let number = max(try code.byte(0), try code.integer(3))
      let isCustom = number == LiteOperatorNames.custom
      codes.append(
        isCustom ? "the custom operator \(try code.text(1).quoted)" : LiteOperatorNames.name(number))
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
    outputNames = outputs.map { tensors[$0].name }
    let signatures = try model.tables(7, atMost: 64)
    guard signatures.count == 1 else { return }
    // A tensor that is given twice has a name for each time.
    var unnamed = Array(outputs.indices)
    for map in try signatures[0].tables(1, atMost: 64) {
      let (name, tensor) = (try map.text(0), try map.integer(1))
      guard !name.isEmpty, let index = unnamed.firstIndex(where: { outputs[$0] == tensor }) else { continue }
      outputNames[unnamed.remove(at: index)] = name
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
    let name = try table.text(3)
    guard try table.table(6) == nil else {
      throw FlatBufferTable.Failure(
        offset: table.offset, reason: "tensor \(name.quoted) is sparse; convert the model without sparsity")
    }
    let signature = try table.integers(7, atMost: Self.largestRank)
    return Tensor(
      name: name, shape: try table.integers(0, atMost: Self.largestRank),
      openAxes: signature.indices.filter { signature[$0] == -1 },
      element: Element(rawValue: try table.byte(1)), data: try Self.data(buffers[buffer]),
      quantization: try table.table(4))
  }

  /// The bytes of a buffer, which may be behind the graph: in files beyond 2 GiB, and if the converter was told so.
  private static func data(_ buffer: FlatBufferTable) throws(FlatBufferTable.Failure) -> Range<Int> {
    let (offset, size) = (try buffer.long(1), try buffer.long(2))
    // Up to 1 both say nothing.
    guard offset > 1 else { return try buffer.vector(0, elementBytes: 1) }
    guard offset <= UInt64(buffer.file.count), size <= UInt64(buffer.file.count) - offset else {
      throw FlatBufferTable.Failure(
        offset: buffer.offset,
        reason: "a buffer has \(size) bytes at byte \(offset), beyond the end of the file")
    }
    return Int(offset)..<Int(offset + size)
  }

  private func node(_ table: FlatBufferTable, _ codes: [String]) throws(FlatBufferTable.Failure) -> Node {
    let index = try table.integer(0)
    guard codes.indices.contains(index) else {
      throw FlatBufferTable.Failure(
        offset: table.offset, reason: "operator \(index) is not among the \(codes.count)")
    }
    let node = Node(
      name: codes[index], operation: Kinds.lite[codes[index]],
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

extension LiteGraph {
  package typealias Encoding = IntegerEncoding

  /// No tensor has more channels.
  private static let mostScales = 65_536

  /// Nil for a tensor of floats, or of plain integers.
  package func encoding(_ tensor: Int) throws(FlatBufferTable.Failure) -> Encoding? {
    guard let table = tensors[tensor].quantization else { return nil }
    let scales = try table.floats(2, atMost: Self.mostScales)
    if scales.isEmpty { return nil }
    let zeroPoints = try table.integers(3, bytes: 8, atMost: Self.mostScales)
    let axis = try table.integer(6)
    guard scales.allSatisfy({ $0.isFinite && $0 > 0 }), (0..<8).contains(axis),
      zeroPoints.count == scales.count || zeroPoints.count <= 1,
      zeroPoints.allSatisfy({ (-128...255).contains($0) })
    else {
      throw FlatBufferTable.Failure(
        offset: table.offset,
        reason: "tensor \(tensors[tensor].name.quoted) has scales, zero points or an axis that mean nothing")
    }
    return Encoding(
      scales: scales, zeroPoints: zeroPoints.isEmpty ? [0] : zeroPoints, axis: axis)
  }

  /// A constant's integers, as the file has them.
  package func integers(_ tensor: Int) throws(FlatBufferTable.Failure) -> [Int] {
    let found = tensors[tensor]
    guard let element = found.element, element != .float32, element != .float16 else {
      throw failure(found, "holds no integers")
    }
    return try values(found, element) { (bits) in
      switch element {
      case .int8: Int(Int8(truncatingIfNeeded: bits))
      case .int4: Int(Int8(truncatingIfNeeded: bits << 4) >> 4)
      case .uint8: Int(UInt8(truncatingIfNeeded: bits))
      case .int16: Int(Int16(truncatingIfNeeded: bits))
      case .int32: Int(Int32(truncatingIfNeeded: bits))
      case .int64, .float16, .float32: Int(Int64(bitPattern: bits))
      }
    }
  }

  /// A constant's real values; integers are multiplied by their scale.
  package func floats(_ tensor: Int) throws(FlatBufferTable.Failure) -> [Float] {
    let found = tensors[tensor]
    switch found.element {
    case .float32: return try values(found, .float32) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    case .float16:
      return try values(found, .float16) { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
    default:
      guard let encoding = try encoding(tensor) else {
        throw failure(found, "holds integers without a scale")
      }
      let numbers = try integers(tensor)
      let inner = found.shape.dropFirst(encoding.axis + 1).reduce(1) { $0 &* $1 }
      guard
        encoding.scales.count == 1
          || (found.shape.indices.contains(encoding.axis)
            && found.shape[encoding.axis] == encoding.scales.count
            && inner > 0)
      else { throw failure(found, "has \(encoding.scales.count) scales, which fit none of its axes") }
      return numbers.indices.map { index in
        let channel = encoding.scales.count == 1 ? 0 : index / inner % encoding.scales.count
        let zeroPoint = encoding.zeroPoints.count == 1 ? encoding.zeroPoints[0] : encoding.zeroPoints[channel]
        // The integers can be of 64 bits and any value.
        return encoding.scales[channel] * Float(Double(numbers[index]) - Double(zeroPoint))
      }
    }
  }

  private func values<Value>(
    _ tensor: Tensor, _ element: Element, _ value: (UInt64) -> Value
  ) throws(FlatBufferTable.Failure) -> [Value] {
    var count = 1
    for size in tensor.shape {
      guard size > 0, !count.multipliedReportingOverflow(by: size).overflow,
        count * size <= NetworkDescription.largestParameterCount
      else { throw failure(tensor, "has shape \(tensor.shape), which is too large") }
      count *= size
    }
    let isHalf = element == .int4
    guard tensor.data.count == (isHalf ? (count + 1) / 2 : count * element.bytes) else {
      throw failure(tensor, "has \(tensor.data.count) bytes for its shape \(tensor.shape)")
    }
    var list: [Value] = []
    list.reserveCapacity(count)
    for index in 0..<count {
      if isHalf {
        let byte = try FlatBufferTable.number(file, tensor.data.lowerBound + index / 2, bytes: 1)
        list.append(value(index % 2 == 0 ? byte & 15 : byte >> 4))
        continue
      }
      list.append(
        value(
          try FlatBufferTable.number(
            file, tensor.data.lowerBound + index * element.bytes, bytes: element.bytes)))
    }
    return list
  }

  private func failure(_ tensor: Tensor, _ reason: String) -> FlatBufferTable.Failure {
    FlatBufferTable.Failure(offset: tensor.data.lowerBound, reason: "tensor \(tensor.name.quoted) \(reason)")
  }
}
