import OctetHost
import OctetText
import OctetTraining

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
      case 13, 14:
        if case .number(0) = field.value { break }
        throw ProtobufReader.Failure(
          offset: field.offset,
          reason:
            "its weights are in a file beside it; save the model as one file (torch.onnx.export: external_data=False; onnx.save: save_as_external_data=False)"
        )
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
      case .double: floats = (0..<count).map { Float(Double(bitPattern: bits($0))) }
      case .int32: integers = (0..<count).map { Int64(Int32(truncatingIfNeeded: bits($0))) }
      case .int64: integers = (0..<count).map { Int64(bitPattern: bits($0)) }
      case .bool: integers = (0..<count).map { bits($0) == 0 ? 0 : 1 }
      }
    }
    switch element {
    case .float, .double:
      guard floats.count == count else {
        throw failure("has \(floats.count) values for its shape \(tensor.shape)")
      }
      tensor.values = .floats(floats)
    case .int32, .int64, .bool:
      guard integers.count == count else {
        throw failure("has \(integers.count) values for its shape \(tensor.shape)")
      }
      tensor.values = .integers(integers)
    }
    return tensor
  }
}
