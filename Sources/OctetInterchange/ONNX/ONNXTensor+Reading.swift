import OctetHost
import OctetText

/// Arrays as a file holds them: packed in bytes, as lists of numbers, or in another file.
extension ONNXGraph {
  /// Where the elements of an array are that are in a file of their own.
  struct External {
    /// Its path from the model's folder on, as the model has it.
    var location = ""
    var offset = 0
    /// In bytes; nil where the file does not say.
    var length: Int?
  }

  /// No tensor of a classifier that Octet can hold has more values.
  static let largestCount = 1 << 26

  static func tensor(_ file: [UInt8], _ range: Range<Int>) throws(ProtobufReader.Failure) -> Tensor {
    var tensor = Tensor()
    var shape: [Int64] = []
    var type: Int64 = 0
    // Elements by their bits, in the list for their type.
    var floats: [Float] = []
    var doubles: [Double] = []
    var integers: [Int64] = []
    var raw: Range<Int>?
    var external = External()
    var isExternal = false
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append(to: &shape, file)
      case 2: type = try field.integer()
      case 3:
        throw ProtobufReader.Failure(
          offset: field.offset, reason: "a tensor is one of several segments, which is not supported")
      case 4: try field.append(to: &floats, file)
      case 5, 7, 11: try field.append(to: &integers, file)
      case 8: tensor.name = try field.text(file)
      case 9: raw = try field.range()
      case 10: try field.append(to: &doubles, file)
      case 13: try Self.read(file, try field.range(), into: &external)
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
    func failure(_ reason: String) -> ProtobufReader.Failure {
      ProtobufReader.Failure(offset: range.lowerBound, reason: "tensor \(tensor.name.quoted) \(reason)")
    }
    var count = 1
    for size in shape {
      guard (0...Int64(largestCount)).contains(size), let whole = Int(exactly: size),
        !count.multipliedReportingOverflow(by: whole).overflow,
        count * whole <= largestCount
      else { throw failure("has shape \(shape), which is too large") }
      count *= whole
      tensor.shape.append(whole)
    }
    guard let element = Element(rawValue: type) else {
      throw failure("has element type \(type); \(Element.names) are supported: export the model in float32")
    }
    tensor.element = element
    if isExternal {
      tensor.external = external
      return tensor
    }
    let found: Values?
    if let raw {
      let size = element.bytes(count)
      guard raw.count == size else { throw failure("has \(raw.count) bytes for \(count) values") }
      found = element.values(file[raw], count: count)
    } else {
      let given: Int
      switch element {
      case .float: (found, given) = (.floats(floats), floats.count)
      case .double: (found, given) = (.doubles(doubles), doubles.count)
      case .int4, .uint4:
        // Each number has two.
        guard integers.count == (count + 1) / 2 else {
          throw failure("has \(integers.count) numbers of two values for its shape \(tensor.shape)")
        }
        let bytes = integers.map { UInt8(truncatingIfNeeded: $0) }
        (found, given) = (element.values(bytes[...], count: count), count)
      default:
        (found, given) = (element.values(integers.map { UInt64(bitPattern: $0) }), integers.count)
      }
      guard given == count else { throw failure("has \(given) values for its shape \(tensor.shape)") }
    }
    guard let found else { throw failure("has an integer beyond 63 bits") }
    tensor.values = found
    return tensor
  }

  /// A key and its value, as the format says where the elements of an array are.
  private static func read(_ file: [UInt8], _ range: Range<Int>, into external: inout External)
    throws(ProtobufReader.Failure)
  {
    var (key, value) = ("", "")
    var reader = ProtobufReader(file, range)
    while let field = try reader.next() {
      if field.number == 1 { key = try field.text(file) }
      if field.number == 2 { value = try field.text(file) }
    }
    func number() throws(ProtobufReader.Failure) -> Int {
      guard let number = Int(value), number >= 0 else {
        throw ProtobufReader.Failure(
          offset: range.lowerBound,
          reason: "the \(key) of a tensor's values is \(value.quoted), which is no number")
      }
      return number
    }
    switch key {
    case "location": external.location = value
    case "offset": external.offset = try number()
    case "length": external.length = try number()
    default: break
    }
  }
}

extension ONNXGraph.Element {
  /// The bytes of so many elements.
  func bytes(_ count: Int) -> Int { (count * bits + 7) / 8 }
}
