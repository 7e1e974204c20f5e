import Octet
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

@Suite struct WorkTests {
  @Test
  func `each kind of layer is counted, by hand`() throws {
    var draft = ModelDraft.sample
    let model = try Model(copying: draft.bytes())
    // Each layer's multiply-adds, then its additions and comparisons; ModelDraft.sample draws the shapes.
    let expected: [(UInt64, UInt64)] = [
      (4 * 4 * 2 * 4 * 9, 4 * 4 * 2 * 4), (4 * 4 * 2 * 9, 0), (0, 2 * 4 * 4 * 2), (0, 3 * 3 * 2 * 4),
      (0, 3 * 3 * 2 * 9), (0, 0), (0, 4 * 4 * 2), (2 * 18, 0), (0, 2 * 2), (3 * 2, 0),
    ]
    for (index, counts) in expected.enumerated() {
      let work = model.work(ofLayer: index)
      #expect(work.multiplyAdds == counts.0 && work.additionsAndComparisons == counts.1, "layer \(index)")
    }
    // The draft's rings hold whole tensors, so each byte is filled once and written once.
    #expect(model.work(ofLayer: 0).bytesMoved == 2 * 6 * 6 * 2)
    #expect(model.work(ofLayer: 9).bytesMoved == 2 * 3 * 2)
    #expect(model.work.multiplyAdds == expected.reduce(0) { $0 + $1.0 })
    #expect(model.work.additionsAndComparisons == expected.reduce(0) { $0 + $1.1 })
    // Tensors 0 and 1 have borders, tensors 2 to 9 have none, the logits are 16 bits wide.
    let tensors: UInt64 = 100 + 72 + 32 + 32 + 18 + 18 + 18 + 2 + 2 + 2 + 6
    #expect(model.work.bytesMoved == 2 * tensors)
    #expect(model.work.total == expected.reduce(2 * tensors) { $0 + $1.0 + $1.1 })
  }

  @Test
  func `joins, orders, sizes and softmax are counted, by hand`() throws {
    var draft = ModelDraft.moves
    let model = try Model(copying: draft.bytes())
    // ModelDraft.moves draws the shapes. A join looks at two values for each of its own, and a resized image at four.
    let expected: [(UInt64, UInt64)] = [
      (0, 2 * 32), (0, 16 * 2), (0, 2 * 32), (0, 2 * 32), (0, 2 * 64), (0, 0), (0, 4 * 60), (0, 64 * 60),
      (0, 2 * 60), (60 * 3, 0),
    ]
    try #require(model.layerCount == expected.count)
    for (index, counts) in expected.enumerated() {
      let work = model.work(ofLayer: index)
      #expect(work.multiplyAdds == counts.0 && work.additionsAndComparisons == counts.1, "layer \(index)")
    }
  }

  @Test
  func `a window larger than the input has no more to look at than the input`() throws {
    var pool = QuantizedLayer(.maximumPooling, inputs: [0])
    pool.window = Extent(200, 200)
    let tensors = [(3, 5), (1, 1)].map {
      QuantizedTensor(shape: .init(height: $0.0, width: $0.1, channels: 2), zeroPoint: 0, scale: 1)
    }
    let file = OctetFile(
      QuantizedModel(head: .softmax, classNames: ["a", "b"], tensors: tensors, layers: [pool]))
    #expect(try Model(copying: file.bytes).work.additionsAndComparisons == 2 * 15)
  }

  @Test
  func `the limit is exact, and the loader's own is generous`() throws {
    var draft = ModelDraft.sample
    let bytes = draft.bytes()
    let total = try Model(copying: bytes).work.total
    #expect(try Model(copying: bytes, workLimit: total).work.total == total)
    #expect(throws: ModelError(.work, offset: 0, value: 0)) {
      try Model(copying: bytes, workLimit: total - 1)
    }
    #expect(Work.defaultLimit / total > 1_000_000)
  }

  @Test
  func `4 KB that ask for 260 billion comparisons are refused`() throws {
    let bytes = LaboriousModel.pools
    #expect(bytes.count < 5_000)
    let error = #expect(throws: ModelError.self) { try Model(copying: bytes) }
    #expect(error?.rule == .work)
    let work = try Model(copying: bytes, workLimit: .max).work
    #expect(work.additionsAndComparisons == 61 * 256 * 256 * 255 * 255 + 4 * 255 * 255 + 4)
    #expect(error?.value == UInt32(work.total >> 32))
    #expect(error?.description.contains("more work than the limit") == true)
    // The same layers with windows of 3 x 3 are a model like any other.
    #expect(try Model(copying: LaboriousModel.pools(windows: Extent(3, 3))).layerCount == 63)
  }

  /// A convolution of 255 x 255 cells with a fused pool of as many places, on a picture as large as there can be.
  @Test
  func `the largest shapes do not wrap around`() throws {
    var layer = QuantizedLayer(.convolution, inputs: [0])
    layer.window = Extent(255, 255)
    layer.pool = Extent(255, 255)
    layer.stride = Extent(15, 15)
    layer.clamp = -128...127
    let filters = 20
    layer.weights = [Int8](repeating: 1, count: 255 * 255 * filters)
    layer.bias = [Int32](repeating: 0, count: filters)
    layer.scalings = [FixedPointScaling](
      repeating: FixedPointScaling(multiplier: 1 << 30, shift: 40), count: filters)
    let tensors = [(4_096, 4_096, 1), (1, 1, filters)].map {
      QuantizedTensor(shape: .init(height: $0.0, width: $0.1, channels: $0.2), zeroPoint: 0, scale: 1)
    }
    let file = OctetFile(
      QuantizedModel(
        head: .softmax, classNames: (0..<filters).map { "\($0)" }, tensors: tensors, layers: [layer]))
    let work = try Model(copying: file.bytes, workLimit: .max).work
    #expect(work.multiplyAdds == 255 * 255 * 255 * 255 * 20)
    #expect(work.additionsAndComparisons == 255 * 255 * 20)
    #expect(throws: ModelError(.work, offset: 0, value: UInt32(work.total >> 32))) {
      try Model(copying: file.bytes)
    }
  }

  /// What the kernels are really asked to do, row by row, over random models.
  @Test(arguments: 0..<200)
  func `no model does more than was counted`(seed: UInt64) throws {
    let random = RandomModel(seed: seed)
    let model = try Model(copying: random.bytes)
    let counter = MultiplyAddCounter()
    var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
    var words = storage.mutableSpan
    var arena = words.mutableBytes
    var session = try Session(model, arena: &arena, kernels: CountingKernels(counter: counter))
    var bytes = ByteCounter()
    try session.run(image: random.pixels(seed: seed).span, observer: &bytes)
    // Kernels never see weights with a zero point.
    let offered = (0..<model.layerCount).filter { model.layer($0).weightZeroPoint == 0 }
    #expect(offered.reduce(0) { $0 + model.work(ofLayer: $1).multiplyAdds } == counter.multiplyAdds)
    #expect(model.work.bytesMoved >= bytes.count)
  }
}

private struct ByteCounter: RunObserver {
  var count: UInt64 = 0

  mutating func willRun(layer: Int) {}
  mutating func didRun(layer: Int, row: RawSpan) { count += UInt64(row.byteCount) }
  mutating func didFold(layer: Int) {}
}
