import Octet
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// Full-integer .tflite files with several outputs: which of them have heads, which share a tensor, what is refused.
struct SeveralOutputTests {
  /// What an operator's number in the file is.
  private enum Code: UInt8 {
    case fullyConnected = 9
    case logistic = 14
    case reshape = 22
    case softmax = 25
    case quantize = 114
  }

  /// An operator that reads a tensor, and gives a new one of a shape and a scale.
  private struct Step {
    var code: Code
    var reads: Int
    var shape: [Int32]
    var scale: Float = 0.5
    var zeroPoint: Int64 = 3

    /// As the format fixes it for probabilities.
    static func probabilities(_ code: Code, of tensor: Int, shape: [Int32] = [1, 3]) -> Step {
      Step(code: code, reads: tensor, shape: shape, scale: 1 / 256, zeroPoint: -128)
    }
  }

  /// A file with an input of so many numbers as tensor 0, and step `i` makes tensor `i`.
  private static func network(
    input: [Int32] = [1, 3], _ steps: [Step], outputs: [Int32]
  ) throws(ImportError) -> LiteNetwork {
    var tensors = [draft(input, 9, scale: 1 / 255, zeroPoint: -128, buffer: 0)]
    var buffers: [FlatBufferDraft] = [.table([:])]
    for step in steps {
      tensors.append(draft(step.shape, 9, scale: step.scale, zeroPoint: step.zeroPoint, buffer: 0))
    }
    var nodes: [FlatBufferDraft] = []
    let codes = Set(steps.map(\.code)).sorted { $0.rawValue < $1.rawValue }
    for (index, step) in steps.enumerated() {
      var inputs = [Int32(step.reads)]
      if step.code == .fullyConnected {
        // Weights of 3 x 3 without a bias.
        let weights: [Int8] = [10, -20, 30, -40, 50, 60, 7, 8, -90]
        inputs += [Int32(tensors.count), -1]
        tensors.append(draft([3, 3], 9, scale: 0.01, zeroPoint: 0, buffer: buffers.count))
        buffers.append(.table([0: .vector(weights)]))
      }
      let options: FlatBufferDraft = .table(step.code == .softmax ? [0: .word(Float(1).bitPattern)] : [:])
      nodes.append(
        .table([
          0: .word(UInt32(codes.firstIndex(of: step.code) ?? 0)), 1: .vector(inputs),
          2: .vector([Int32(index + 1)]), 4: options,
        ]))
    }
    let graph = FlatBufferDraft.table([
      0: .tables(tensors), 1: .vector([Int32(0)]), 2: .vector(outputs), 3: .tables(nodes),
    ])
    let file = FlatBufferDraft.table([
      1: .tables(codes.map { .table([0: .byte($0.rawValue), 3: .word(UInt32($0.rawValue))]) }),
      2: .tables([graph]), 4: .tables(buffers),
    ]).file()
    return try LiteNetwork(file, path: "x.tflite")
  }

  private static func draft(
    _ shape: [Int32], _ type: UInt8, scale: Float, zeroPoint: Int64, buffer: Int
  ) -> FlatBufferDraft {
    .table([
      0: .vector(shape), 1: .byte(type), 2: .word(UInt32(buffer)), 3: .vector(Array("t".utf8)),
      4: .table([2: .vector([scale.bitPattern]), 3: .vector([zeroPoint])]),
    ])
  }

  private static func model(_ network: LiteNetwork) throws -> QuantizedModel {
    try LiteIntegerConversion.model(
      network, outputs: network.decidedOutputs(), picture: nil, pixels: PixelRange(0...1))
  }

  private static let dense = Step(code: .fullyConnected, reads: 0, shape: [1, 3])

  @Test(arguments: ["int8", "legacy"])
  func `each output has its own meaning and head`(form: String) throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "several-\(form).tflite" })
    let network = try LiteNetwork(file.bytes(), path: file.testDescription)
    let model = try Self.model(network)
    // In the order of Keras, which the file may have changed.
    let outputs = zip(network.outputs, model.outputs).sorted { $0.0.name < $1.0.name }.map(\.1)
    #expect(
      outputs.map(\.meaning) == [
        .classes, .numbers, .classes, .numbers, .labels, .numbers, .numbers, .numbers,
      ])
    #expect(
      outputs.map(\.head) == [.softmax, .linear, .sigmoid, .linear, .sigmoid, .linear, .linear, .linear])
    #expect(outputs[0].names == ["0", "1", "2", "3", "4"] && outputs[2].names == ["0", "1"])
    #expect(network.outputs.map(\.name).sorted() == (0..<8).map { "output_\($0)" })
    // The row that is given twice, and before the sigmoid that a layer reads the tensor of its head.
    #expect(outputs[5].tensor == outputs[7].tensor)
    let read = try #require(model.layers.firstIndex { $0.kind == .table && $0.inputs == [outputs[2].tensor] })
    #expect(model.layers.contains { $0.inputs == [read + 1] })
    // A map that is an output is not pooled away.
    #expect(model.tensors[outputs[1].tensor].shape == ImageShape(height: 8, width: 7, channels: 4))
    #expect(model.layers.map(\.kind).contains(.maximumPooling))
    let bytes = OctetFile(model).bytes
    #expect(try Model(copying: bytes).outputCount == 8)
  }

  @Test func `logits and their softmax are two outputs of one tensor`() throws {
    let network = try Self.network([Self.dense, .probabilities(.softmax, of: 1)], outputs: [1, 2, 1])
    #expect(network.outputs.map(\.name) == ["t", "t_1", "t_2"])
    let model = try Self.model(network)
    #expect(model.layers.map(\.kind) == [.dense])
    #expect(model.outputs.map(\.tensor) == [1, 1, 1])
    #expect(model.outputs.map(\.head) == [.linear, .softmax, .linear])
    #expect(model.outputs.map(\.meaning) == [.numbers, .classes, .numbers])
    _ = try Model(copying: OctetFile(model).bytes)
  }

  @Test func `names are those of the first output that has as many`() throws {
    let network = try Self.network(
      [Self.dense, .probabilities(.logistic, of: 1), .probabilities(.softmax, of: 1)], outputs: [2, 3])
    let outputs = try network.decidedOutputs(given: ["a", "b", "c"])
    #expect(outputs.map(\.meaning) == [.classes, .classes])
    #expect(outputs.map(\.names) == [["a", "b", "c"], ["0", "1", "2"]])
    let error = #expect(throws: NetworkError.self) { try network.decidedOutputs(given: ["a", "b"]) }
    #expect(error.map { "\($0)".contains("none of its 2 outputs has 2 classes") } == true)
    // As many sigmoids as inputs are a reconstruction, which keeps its operator and has no head.
    let numbers = try network.decidedOutputs()
    #expect(numbers.map(\.meaning) == [.numbers, .classes])
    let model = try LiteIntegerConversion.model(network, outputs: numbers, picture: nil, pixels: nil)
    #expect(model.layers.map(\.kind) == [.dense, .table])
    #expect(model.outputs.map(\.head) == [.linear, .softmax])
    #expect(model.outputs.map(\.tensor) == [2, 1])
  }

  @Test func `an input that is read in two scales keeps the file's`() throws {
    let network = try Self.network(
      [
        Step(code: .quantize, reads: 0, shape: [1, 3], scale: 0.02, zeroPoint: 5), Self.dense,
        Step(code: .fullyConnected, reads: 1, shape: [1, 3]),
      ], outputs: [2, 3])
    let model = try Self.model(network)
    #expect(model.layers.map(\.kind) == [.table, .dense, .dense])
    #expect(model.layers.map(\.inputs) == [[0], [0], [1]])
    #expect(model.tensors[0].scale == 1 / 255 && model.tensors[1].scale == 0.02)
  }

  private static let refused: [(steps: [Step], outputs: [Int32], reason: String)] = [
    ([dense], [Int32](repeating: 1, count: 17), "1 inputs and 17 outputs; one input and 1 to 16 outputs"),
    ([dense], [], "1 inputs and 0 outputs"),
    ([dense], [1, 0], "output \"t_1\" is its input; an output is what a layer gives"),
    ([dense, .probabilities(.softmax, of: 0)], [1, 2], "output \"t_1\" is made of the input alone"),
    (
      // A sigmoid for each of the three inputs is numbers, and what a conversion does behind it is not computed.
      [dense, .probabilities(.logistic, of: 1), Step(code: .quantize, reads: 2, shape: [1, 3])], [1, 3],
      "output \"t_1\" has the scale 0.5 and the zero point 3, what gives it 0.00390625 and -128"
    ),
  ]

  @Test(arguments: refused.indices)
  func `what cannot be exact is refused with its reason`(index: Int) {
    let (steps, outputs, reason) = Self.refused[index]
    let error = #expect(throws: ImportError.self) {
      try Self.model(Self.network(steps, outputs: outputs))
    }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }
}
