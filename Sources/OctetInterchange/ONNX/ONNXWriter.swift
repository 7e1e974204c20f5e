import OctetNetwork

/// Puts an ONNX graph together, node after node, and gives the bytes of the file.
///
/// Images are `batch x channels x height x width`, flat values `batch x channels`; a value has two axes exactly if its
/// shape in Octet is flat.
struct ONNXWriter {
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case text(String)
  }

  private var nodes: [ProtobufWriter] = []
  private var types: [String] = []
  private var values: [ProtobufWriter] = []
  private var constants: [ProtobufWriter] = []
  private var outputs: [ProtobufWriter] = []
  private var valueCount = 0

  /// For names of constants of which a layer may have several.
  var constantCount: Int { constants.count }

  // MARK: parts

  /// Adds a node with one output and gives that output's name: `output`, or one of its own.
  mutating func node(
    _ type: String, _ inputs: [String], _ attributes: [(name: String, value: Attribute)] = [], name: String,
    output: String? = nil
  ) -> String {
    valueCount += 1
    let result = output ?? "value_\(valueCount)"
    var node = ProtobufWriter()
    for input in inputs { node.append(1, text: input) }
    node.append(2, text: result)
    node.append(3, text: "\(name)/\(type)_\(valueCount)")
    node.append(4, text: type)
    for (name, value) in attributes { node.append(5, message: Self.attribute(name, value)) }
    nodes.append(node)
    types.append(type)
    return result
  }

  var nodeCount: Int { nodes.count }

  /// Gives the node that computes, of those from `first` on, a text that viewers show with it.
  mutating func describe(from first: Int, _ text: String) {
    let aside: Set = ["DequantizeLinear", "QuantizeLinear", "Unsqueeze", "Flatten", "Slice"]
    let places = first..<nodes.count
    guard let place = places.first(where: { !aside.contains(types[$0]) }) ?? places.first else { return }
    nodes[place].append(6, text: text)
  }

  private static func attribute(_ name: String, _ value: Attribute) -> ProtobufWriter {
    var attribute = ProtobufWriter()
    attribute.append(1, text: name)
    switch value {
    case .float(let value):
      attribute.append(2, float: value)
      attribute.append(20, integer: 1)
    case .integer(let value):
      attribute.append(3, integer: Int64(value))
      attribute.append(20, integer: 2)
    case .integers(let values):
      for value in values { attribute.append(8, integer: Int64(value)) }
      attribute.append(20, integer: 7)
    case .text(let value):
      attribute.append(4, text: value)
      attribute.append(20, integer: 3)
    }
    return attribute
  }

  mutating func constant(_ name: String, _ shape: [Int], floats: [Float]) -> String {
    constant(name, .float, shape, floats.flatMap { Self.bytes($0.bitPattern) })
  }

  mutating func constant<Value: FixedWidthInteger>(
    _ name: String, _ element: ONNXGraph.Element, _ shape: [Int], integers: [Value]
  ) -> String {
    constant(name, element, shape, integers.flatMap { Self.bytes($0) })
  }

  /// Integers of four bits, two in a byte, the first in the lower half.
  mutating func constant(_ name: String, _ shape: [Int], halfBytes: [Int8]) -> String {
    let bytes = stride(from: 0, to: halfBytes.count, by: 2).map { place in
      let next = place + 1 < halfBytes.count ? halfBytes[place + 1] : 0
      return UInt8(bitPattern: halfBytes[place]) & 15 | UInt8(bitPattern: next) << 4
    }
    return constant(name, .int4, shape, bytes)
  }

  private mutating func constant(
    _ name: String, _ element: ONNXGraph.Element, _ shape: [Int], _ data: [UInt8]
  ) -> String {
    var tensor = ProtobufWriter()
    tensor.append(1, packed: shape)
    tensor.append(2, integer: element.rawValue)
    tensor.append(8, text: name)
    tensor.append(9, bytes: data)
    constants.append(tensor)
    return name
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The axes of a value without the batch.
  static func axes(_ shape: ImageShape) -> [Int] {
    shape.isFlat ? [shape.channels] : [shape.channels, shape.height, shape.width]
  }

  /// Values of an image in the order of its axes there.
  static func channelsFirst<Value>(_ values: [Value], _ shape: ImageShape) -> [Value] {
    let places = shape.height * shape.width
    return (0..<shape.count).map { values[$0 % places * shape.channels + $0 / places] }
  }

  mutating func markOutput(_ name: String, _ shape: ImageShape) {
    outputs.append(Self.port(name, shape))
  }

  /// Says what a value between nodes is.
  mutating func markValue(_ name: String, _ shape: ImageShape, _ element: ONNXGraph.Element) {
    values.append(Self.port(name, shape, element))
  }

  /// A value with any number of images.
  private static func port(
    _ name: String, _ shape: ImageShape, _ element: ONNXGraph.Element = .float
  ) -> ProtobufWriter {
    var batch = ProtobufWriter()
    batch.append(2, text: "batch")
    var extents = ProtobufWriter()
    extents.append(1, message: batch)
    for size in axes(shape) {
      var dimension = ProtobufWriter()
      dimension.append(1, integer: Int64(size))
      extents.append(1, message: dimension)
    }
    var tensor = ProtobufWriter()
    tensor.append(1, integer: element.rawValue)
    tensor.append(2, message: extents)
    var type = ProtobufWriter()
    type.append(1, message: tensor)
    var port = ProtobufWriter()
    port.append(1, text: name)
    port.append(2, message: type)
    return port
  }

  // MARK: the file

  static let inputName = "image"
  /// Under this key the file's properties hold the names of the classes, a JSON array.
  static let classesKey = "octet.classes"

  /// - Parameters:
  ///   - operators: the version of ONNX's operators that the nodes follow.
  ///   - format: the version of the file format that goes with it.
  func file(
    input: ImageShape, classNames: [String], operators: Int, format: Int, octetVersion: String
  ) -> [UInt8] {
    var graph = ProtobufWriter()
    for node in nodes { graph.append(1, message: node) }
    graph.append(2, text: "octet")
    for constant in constants { graph.append(5, message: constant) }
    graph.append(11, message: Self.port(Self.inputName, input))
    for output in outputs { graph.append(12, message: output) }
    for value in values { graph.append(13, message: value) }
    var set = ProtobufWriter()
    set.append(1, text: "")
    set.append(2, integer: Int64(operators))
    var classes = ProtobufWriter()
    classes.append(1, text: Self.classesKey)
    classes.append(2, text: JSONValue.array(classNames.map { .string($0) }).text)
    var model = ProtobufWriter()
    model.append(1, integer: Int64(format))
    model.append(2, text: "octet")
    model.append(3, text: octetVersion)
    model.append(7, message: graph)
    model.append(8, message: set)
    if !classNames.isEmpty { model.append(14, message: classes) }
    return model.bytes
  }
}

/// What both exports say of windows and of values that become flat.
extension ONNXWriter {
  /// Makes a flat value an image of one pixel, for nodes that know nothing else.
  mutating func image(_ value: String, _ shape: ImageShape, name: String) -> String {
    guard shape.isFlat else { return value }
    let axes = constant("\(name).axes_\(value)", .int64, [2], integers: [Int64(2), 3])
    return node("Unsqueeze", [value, axes], name: name)
  }

  /// Takes the axes of height and width from an image of one pixel.
  mutating func flat(_ value: String, _ shape: ImageShape, name: String) -> String {
    shape.isFlat ? node("Flatten", [value], [("axis", .integer(1))], name: name) : value
  }

  /// A window's place as ONNX writes it, with as much border after the image as `places` windows need.
  struct Placement {
    let window: (height: Int, width: Int)
    let stride: (height: Int, width: Int)
    /// Top, left, bottom, right.
    let pads: [Int]
    /// How many places ONNX finds; at least as many as were asked for.
    let found: (height: Int, width: Int)

    init(
      window: (height: Int, width: Int), stride: (height: Int, width: Int), before: (top: Int, left: Int),
      input: ImageShape, places: (height: Int, width: Int)
    ) {
      self.window = window
      self.stride = stride
      func after(_ places: Int, _ stride: Int, _ window: Int, _ before: Int, _ size: Int) -> Int {
        max((places - 1) * stride + window - before - size, 0)
      }
      let bottom = after(places.height, stride.height, window.height, before.top, input.height)
      let right = after(places.width, stride.width, window.width, before.left, input.width)
      pads = [before.top, before.left, bottom, right]
      found = (
        (input.height + before.top + bottom - window.height) / stride.height + 1,
        (input.width + before.left + right - window.width) / stride.width + 1
      )
    }

    /// A window of the float network.
    init(_ window: Window, input: ImageShape, output: ImageShape) {
      let border = window.border(input: input, output: output)
      self.init(
        window: (window.height, window.width), stride: (window.strideHeight, window.strideWidth),
        before: (border.top, border.left), input: input, places: (output.height, output.width))
    }

    var attributes: [(name: String, value: Attribute)] {
      [
        ("kernel_shape", .integers([window.height, window.width])),
        ("strides", .integers([stride.height, stride.width])), ("pads", .integers(pads)),
      ]
    }
  }
}
