import OctetInterchange
import OctetQuantization
import OctetTraining
import Testing

/// Weights and biases of 64 bits in .tflite files: what fits is taken, what does not is said, and nothing traps.
struct LongIntegerTests {
  /// A tensor of the file: its type's number, its shape and values, and the scale of its integers.
  private struct Tensor {
    var type: UInt8 = 9
    var shape: [Int32]
    /// As they lie in the file.
    var values: [UInt8] = []
    var scale: Float?
    var zeroPoint: Int64 = 0

    func draft(buffer: Int) -> FlatBufferDraft {
      var fields: [Int: FlatBufferDraft] = [
        0: .vector(shape), 1: .byte(type), 2: .word(UInt32(buffer)), 3: .vector(Array("t".utf8)),
      ]
      if let scale { fields[4] = .table([2: .vector([scale.bitPattern]), 3: .vector([zeroPoint])]) }
      return .table(fields)
    }
  }

  private static func bytes(_ numbers: [some FixedWidthInteger]) -> [UInt8] {
    numbers.flatMap(\.littleEndianBytes)
  }

  private static let weights: [Int8] = [10, -20, 30, -40, 50, 60]

  /// A network of one dense layer with three inputs and two outputs.
  private static func network(
    type: UInt8, weights: Tensor, bias: Tensor
  ) throws(ImportError) -> LiteNetwork {
    let isFloat = type == 0
    let tensors = [
      Tensor(type: type, shape: [1, 3], scale: isFloat ? nil : 1 / 255, zeroPoint: -128),
      weights, bias, Tensor(type: type, shape: [1, 2], scale: isFloat ? nil : 0.5, zeroPoint: 3),
    ]
    let graph = FlatBufferDraft.table([
      0: .tables(tensors.enumerated().map { $1.draft(buffer: $0) }),
      1: .vector([Int32(0)]), 2: .vector([Int32(3)]),
      3: .tables([.table([1: .vector([Int32(0), 1, 2]), 2: .vector([Int32(3)])])]),
    ])
    let file = FlatBufferDraft.table([
      1: .tables([.table([0: .byte(9)])]), 2: .tables([graph]),
      4: .tables(tensors.map { .table([0: .vector($0.values)]) }),
    ]).file()
    return try LiteNetwork(file, path: "long.tflite")
  }

  private static func integers(_ bias: Tensor) throws -> QuantizedModel {
    let weights = Tensor(shape: [2, 3], values: Self.bytes(weights), scale: 0.01)
    return try LiteIntegerConversion.model(
      network(type: 9, weights: weights, bias: bias), names: ["a", "b"], picture: nil,
      pixels: PixelRange(0...1))
  }

  private static func longBias(_ values: [Int64]) -> Tensor {
    Tensor(type: 4, shape: [2], values: Self.bytes(values), scale: 0.01 / 255)
  }

  @Test func `a bias of 64 bits is one of 32 where it fits`() throws {
    let short = Tensor(type: 2, shape: [2], values: Self.bytes([Int32(70_000), -70_000]), scale: 0.01 / 255)
    let expected = try Self.integers(short)
    // Inputs have zero point -128.
    let folded: [Int32] = [72_560, -61_040]
    #expect(expected.layers[0].bias == folded)
    #expect(try Self.integers(Self.longBias([70_000, -70_000])) == expected)
  }

  @Test(arguments: [Int64(1) << 31, -(1 << 31) - 1, 1 << 40, .max, .min])
  func `a bias beyond 32 bits is an error that says the value`(value: Int64) {
    for values in [[value, 0], [0, value]] {
      let error = #expect(throws: ImportError.self) { try Self.integers(Self.longBias(values)) }
      #expect(error?.description.contains("has the bias \(value), which does not fit 32 bits") == true)
    }
  }

  @Test(arguments: [Int64(Int32.max), Int64(Int32.min)])
  func `a bias that leaves sums no room is an error`(value: Int64) {
    let error = #expect(throws: ImportError.self) { try Self.integers(Self.longBias([value, 0])) }
    #expect(error?.description.contains("could overflow 32 bits") == true)
  }

  @Test func `a bias of 64 bits whose bytes are too few is an error`() {
    let bias = Tensor(type: 4, shape: [2], values: Self.bytes([Int32(1), 2]), scale: 0.01 / 255)
    let error = #expect(throws: ImportError.self) { try Self.integers(bias) }
    #expect(error?.description.contains("has 8 bytes for its shape [2]") == true)
  }

  @Test func `weights of 64 bits in an integer file are an error`() {
    let weights = Tensor(
      type: 4, shape: [2, 3], values: Self.bytes(Self.weights.map(Int64.init)), scale: 0.01)
    let error = #expect(throws: ImportError.self) {
      try LiteIntegerConversion.model(
        Self.network(type: 9, weights: weights, bias: Self.longBias([0, 0])), names: ["a", "b"],
        picture: nil, pixels: PixelRange(0...1))
    }
    #expect(error?.description.contains("has weights that are not int8") == true)
  }

  @Test func `weights and bias of 64 bits in a float file are multiplied by their scales`() throws {
    let values: [Int64] = [1, -2, 1 << 40, -(1 << 52), .max, .min]
    let weights = Tensor(type: 4, shape: [2, 3], values: Self.bytes(values), scale: 0x1p-20, zeroPoint: 5)
    let bias = Tensor(type: 4, shape: [2], values: Self.bytes([Int64.min, .max]), scale: 0x1p-40)
    let model = try Self.network(type: 0, weights: weights, bias: bias).floatModel()
    // `units x inputs` in the file, `inputs x units` here; the largest are rounded to powers of two.
    let expected: [[Float]] = [
      [-0x1p-18, -0x1p32, -0x1.cp-18, 0x1p43, 0x1p20, -0x1p43], [-0x1p23, 0x1p23],
    ]
    #expect(model.parameters.map(\.values) == expected)
  }
}
