import OctetInterchange
import Testing

/// A .tflite file of integers whose input is of floats: QUANTIZE makes integers of them; nothing else may read them.
struct RealInputTests {
  private static func tensor(_ type: UInt8, scale: Float? = nil) -> FlatBufferDraft {
    var fields: [Int: FlatBufferDraft] = [
      0: .vector([Int32(1), 4]), 1: .byte(type), 2: .word(0), 3: .vector(Array("t".utf8)),
    ]
    if let scale { fields[4] = .table([2: .vector([scale.bitPattern]), 3: .vector([Int64(-128)])]) }
    return .table(fields)
  }

  /// The sum of the input and its square; each node is an operator's place in `codes`, what it reads and what it gives.
  private static func network(squareReads source: Int32) throws(ImportError) -> LiteNetwork {
    let tensors = [
      tensor(0), tensor(9, scale: 1 / 255), tensor(0), tensor(0), tensor(9, scale: 1 / 255),
      tensor(9, scale: 2 / 255),
    ]
    // QUANTIZE, DEQUANTIZE, SQUARE, ADD.
    let codes: [UInt8] = [114, 6, 92, 0]
    let nodes: [(UInt32, [Int32], Int32)] = [
      (0, [0], 1), (1, [1], 2), (2, [source], 3), (0, [3], 4), (3, [1, 4], 5),
    ]
    let graph = FlatBufferDraft.table([
      0: .tables(tensors), 1: .vector([Int32(0)]), 2: .vector([Int32(5)]),
      3: .tables(
        nodes.map { code, inputs, output in
          .table([0: .word(code), 1: .vector(inputs), 2: .vector([output])])
        }),
    ])
    let file = FlatBufferDraft.table([
      1: .tables(codes.map { .table([0: .byte($0)]) }), 2: .tables([graph]),
      4: .tables([.table([0: .vector([UInt8]())])]),
    ]).file()
    return try LiteNetwork(file, path: "real.tflite")
  }

  @Test func `a function of the integers is taken, one of the input's floats is not`() throws {
    #expect(try Self.network(squareReads: 2).isInteger)
    let error = #expect(throws: ImportError.self) { try Self.network(squareReads: 0) }
    #expect(error?.description.contains("computes with the input's floats") == true)
  }
}
