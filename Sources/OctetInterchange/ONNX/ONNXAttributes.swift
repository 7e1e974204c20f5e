import OctetText

/// The attributes of a node while it is translated. Each that a translator knows is taken by its name; one that nobody
/// took is an error, so that no setting is ignored.
struct ONNXAttributes {
  private var left: [String: ONNXGraph.Attribute]

  init(_ node: ONNXGraph.Node) { left = node.attributes }

  mutating func integer(_ name: String, otherwise usual: Int) throws(GraphFailure) -> Int {
    guard let attribute = left.removeValue(forKey: name) else { return usual }
    guard case .integer(let value) = attribute, let integer = Int(exactly: value) else {
      throw GraphFailure("has an attribute \(name.quoted) that is not an integer")
    }
    return integer
  }

  mutating func flag(_ name: String, otherwise usual: Bool = false) throws(GraphFailure) -> Bool {
    try integer(name, otherwise: usual ? 1 : 0) != 0
  }

  mutating func float(_ name: String, otherwise usual: Float) throws(GraphFailure) -> Float {
    guard let attribute = left.removeValue(forKey: name) else { return usual }
    guard case .float(let value) = attribute else {
      throw GraphFailure("has an attribute \(name.quoted) that is not a float")
    }
    return value
  }

  mutating func integers(_ name: String) throws(GraphFailure) -> [Int]? {
    guard let attribute = left.removeValue(forKey: name) else { return nil }
    guard case .integers(let values) = attribute else {
      throw GraphFailure("has an attribute \(name.quoted) that is not a list of integers")
    }
    return values.map { Int(clamping: $0) }
  }

  mutating func floats(_ name: String) throws(GraphFailure) -> [Double]? {
    guard let attribute = left.removeValue(forKey: name) else { return nil }
    guard case .floats(let values) = attribute else {
      throw GraphFailure("has an attribute \(name.quoted) that is not a list of floats")
    }
    return values.map { Double($0) }
  }

  mutating func text(_ name: String, otherwise usual: String) throws(GraphFailure) -> String {
    guard let attribute = left.removeValue(forKey: name) else { return usual }
    guard case .text(let value) = attribute else {
      throw GraphFailure("has an attribute \(name.quoted) that is not a text")
    }
    return value
  }

  /// Any attribute, as the file has it.
  mutating func take(_ name: String) -> ONNXGraph.Attribute? { left.removeValue(forKey: name) }

  /// Leaves all attributes to who looks at them in another place.
  mutating func takeAll() { left = [:] }

  /// What is left was not understood.
  func finish() throws(GraphFailure) {
    guard let name = left.keys.min() else { return }
    throw GraphFailure("has an attribute \(name.quoted), which is not supported")
  }
}
