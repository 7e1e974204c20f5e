import Foundation
import Octet
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Each kind of layer is known to every format, or its file says why it is not.
@Suite struct KindTests {
  static let kinds = FloatLayerKind.samples

  /// A network with a layer of the kind between others.
  private static func network(_ kind: FloatLayerKind) throws -> NetworkDescription {
    var lines = ["input 6x5x2", "first = conv 2 3x3 padding same tanh", "conv 2 1x1 tanh"]
    if case .dense = kind { lines.append("flatten") }
    var line = "\(kind.keyword) \(kind.specification.settings)"
    if kind.specification.joins { line += " first" }
    if case .activation = kind { line += " sigmoid" }
    return try NetworkDescription(
      text: (lines + [line, "flatten", "dense 4"]).joined(separator: "\n") + "\n")
  }

  @Test func `every kind that a network file can have is here`() {
    #expect(Set(Self.kinds.map(\.keyword)) == Set(FloatLayerKind.grammars.map(\.keyword)))
    #expect(Self.kinds.count == FloatLayerKind.grammars.count)
  }

  @Test(arguments: kinds, ForeignFormat.allCases)
  func `a format has an operator of the kind, or its file says why not`(
    kind: FloatLayerKind, format: ForeignFormat
  ) {
    let (list, reason) = kind.operators(of: format)
    #expect(list.isEmpty == (reason != nil), "\(kind.keyword), \(format)")
    #expect(reason != "")
    #expect(Set(list).isSubset(of: format.operators), "\(kind.keyword) is not in the list of all kinds")
  }

  @Test(arguments: ForeignFormat.allCases)
  func `an operator is listed once, and says what it becomes`(format: ForeignFormat) {
    let operators = format.operators
    #expect(operators.count >= 20)
    #expect(Set(operators.map(\.name)).count == operators.count)
    for operation in operators {
      #expect(!operation.becomes.isEmpty, "\(operation.name)")
      #expect(operation.becomes.filter { $0 == "`" }.count.isMultiple(of: 2), "\(operation.name)")
      #expect(operation.conditions?.isEmpty != true, "\(operation.name)")
    }
  }

  /// What is exported is read again, and gives the same outputs.
  @Test(arguments: kinds)
  func `a kind is exported to ONNX`(kind: FloatLayerKind) throws {
    let workers = Workers(count: 1)
    let description = try Self.network(kind)
    let network = try Network(description, capacity: 1, seed: 5, workers: workers, forTraining: false)
    let model = FloatModel(
      network: description, classNames: [],
      parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
    let file = try ONNXExport.file(model, octetVersion: "1")
    let other = try FloatModel(onnx: file, path: "exported.onnx").makeNetwork(capacity: 1, workers: workers)
    for place in 0..<description.input.count {
      network.input.base[place] = Float((place * 37) % 101) / 100
      other.input.base[place] = network.input.base[place]
    }
    network.forward(count: 1)
    other.forward(count: 1)
    #expect(network.output.values(1).count == other.output.values(1).count)
    for (own, found) in zip(network.output.values(1), other.output.values(1)) {
      #expect(abs(own - found) <= 1e-5, "\(kind.keyword)")
    }
  }

  @Test func `every kind of integer layer is exported to ONNX`() throws {
    var missing = Set(LayerKind.allCases)
    for seed: UInt64 in 0..<200 where !missing.isEmpty {
      let model = try Model(copying: RandomModel(seed: seed).bytes)
      let nodes = Self.nodes(ONNXQuantizedExport.file(model, octetVersion: "1"))
      for index in 0..<model.layerCount {
        let kind = model.layer(index).kind
        // The mean of a single cell is the cell.
        let input = model.tensor(Int(model.layer(index).input))
        if kind == .globalAveragePooling, input.height == 1, input.width == 1 { continue }
        let name = "\(model.layerNames[index])/\(kind.onnxOperator)_"
        #expect(nodes.contains { $0.contains(name) }, "seed \(seed): \(name)")
        missing.remove(kind)
      }
    }
    #expect(missing.isEmpty)
  }

  /// The names of nodes, which start with the layer's name and the operator, out of the bytes of a file.
  private static func nodes(_ file: [UInt8]) -> [Substring] {
    let text = String(decoding: file.map { (32..<127).contains($0) ? $0 : 10 }, as: UTF8.self)
    return text.split(separator: "\n").filter { $0.contains("/") }
  }
}
