import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// Networks with several outputs, with maps and numbers: how they are lowered, quantized and compared.
@Suite struct ModelOutputTests {
  private let workers = Workers(count: 2)
  private let shape = ImageShape(height: 8, width: 8, channels: 1)

  /// A model whose outputs are layers of the text, by their names.
  private func model(_ text: String, outputs names: [String], meanings: [OutputMeaning?] = []) throws
    -> FloatModel
  {
    var network = try NetworkDescription(text: text, endsFlat: false)
    network.outputs = try names.map { name in
      try #require(network.layers.firstIndex { $0.name == name }) + 1
    }
    let made = try Network(network, capacity: 1, seed: 3, workers: workers, forTraining: false)
    var model = FloatModel(
      network: network,
      parameters: made.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
    for (index, name) in names.enumerated() {
      model.outputs[index].name = name
      if index < meanings.count { model.outputs[index].meaning = meanings[index] }
    }
    return model
  }

  private let several = """
    input 8x8x1
    first = conv 4 3x3 relu
    level = conv 2 1x1
    share = conv 3 1x1 sigmoid from first
    flatten
    wide = dense 6 tanh
    kind = dense 7 softmax
    on = dense 3 sigmoid from wide
    """

  private func quantized(_ model: FloatModel, _ images: LabeledItems) throws -> QuantizedNetwork {
    try Quantizer(model, images: images, settings: QuantizationSettings(), workers: workers).run()
  }

  @Test func `every output has the float model's values, those that are read as well`() throws {
    // A value that is given with its sigmoid, and read; two names for one value.
    let model = try model(several, outputs: ["level", "share", "wide", "kind", "on", "first", "level"])
    #expect(model.outputs.count == 7)
    var renamed = model
    renamed.outputs[6].name = "again"
    let decided = try renamed.deciding()
    #expect(
      decided.outputs.map(\.meaning) == [.numbers, .numbers, .numbers, .classes, .labels, .numbers, .numbers])
    let images = FloatModels.images(60, shape: shape)
    let network = try quantized(decided, images)
    let file = OctetFile(network.model).bytes
    let runtime = try Model(copying: file)
    #expect(runtime.outputCount == 7)
    let wide = (0..<7).map { runtime.tensor(runtime.output($0).tensor).elementBytes }
    // What layers read has 8 bits, and so has what a table makes.
    #expect(wide == [2, 1, 1, 2, 2, 1, 2])
    #expect(runtime.head(ofOutput: 1) == .sigmoid && runtime.head(ofOutput: 4) == .sigmoid)
    let float = try FloatRunner(decided, on: images, workers: workers)
    let integer = try IntegerRunner(runtime, on: images, workers: workers)
    let (expected, found) = (try float.run(0..<60), integer.run(0..<60))
    for (output, (one, other)) in zip(expected, found).enumerated() {
      #expect(one.values.count == other.values.count)
      let largest = one.values.reduce(0) { max($0, abs($1)) }
      let worst = zip(one.values, other.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst <= 0.04 * largest, "output \(output): \(worst) of \(largest)")
    }
    // The integers of each output are those of the reference, which shares no code with the runtime.
    let reference = WholeLayerReference(file)
    for item in 0..<4 {
      let bytes = Array(images.pixels[item * shape.count..<(item + 1) * shape.count])
      let outcome = reference.run(bytes)
      for (output, wanted) in outcome.outputs.enumerated() {
        #expect(integer.integers(item..<item + 1)[output].map(Int.init) == wanted.values)
        guard runtime.meaning(ofOutput: output) != .numbers else { continue }
        let shares = wanted.probabilities.map { Float($0) / 65_536 }
        #expect(Array(found[output].values[item * shares.count..<(item + 1) * shares.count]) == shares)
      }
    }
  }

  @Test func `what an output cannot be is refused by its name`() throws {
    let images = FloatModels.images(4, shape: shape)
    for (text, output, meaning, words) in [
      ("input 8x8x1\nconv 2 3x3\nrow = flatten", "row", OutputMeaning.classes, "classes"),
      ("input 8x8x1\nrow = flatten", "row", nil, "no layer that computes anything"),
    ] as [(String, String, OutputMeaning?, String)] {
      do {
        _ = try quantized(try model(text, outputs: [output], meanings: [meaning]), images)
        Issue.record("\(text) was quantized")
      } catch {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
    let both = try model("input 8x8x1\nrow = flatten\nother = dense 2", outputs: ["row", "other"])
    do {
      _ = try quantized(both, images)
      Issue.record("an input was an output")
    } catch {
      #expect("\(error)".contains("output row cannot be quantized: it is the input as it came"))
    }
  }

  @Test func `model files keep outputs, and refuse damaged ones`() throws {
    var model = try model(several, outputs: ["level", "kind", "on"]).deciding()
    model.outputs[1].names = ["a", "b", "c", "d", "e", "f", "g"]
    let bytes = try FloatModelFile.encode(model, path: "m")
    #expect(try FloatModelFile.decode(bytes, path: "m") == model)
    let single = try self.model("input 8x8x1\nmap = conv 2 3x3", outputs: ["map"], meanings: [.numbers])
    #expect(try FloatModelFile.decode(FloatModelFile.encode(single, path: "m"), path: "m") == single)
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new, words) in [
      ("\\\"layer\\\":\\\"level\\\"", "\\\"layer\\\":\\\"lovel\\\"", "which is no layer"),
      ("\\\"meaning\\\":\\\"labels\\\"", "\\\"meaning\\\":\\\"lebals\\\"", "not one of"),
      ("\\\"name\\\":\\\"on\\\"", "\\\"name\\\":\\\"kind\\\"", "have one name"),
      ("[\\\"a\\\",\\\"b\\\",", "[\\\"b\\\",\\\"b\\\",", "different names"),
    ] {
      #expect(text.contains(old), "\(old)")
      // Of the same length, or the header's length is wrong.
      let (from, to) = (Array(old.utf8), Array(new.utf8))
      var changed = bytes
      let place = try #require(
        changed.indices.first { changed[$0...].starts(with: from) })
      changed.replaceSubrange(place..<place + from.count, with: to)
      let difference = to.count - from.count
      changed[0] = UInt8(truncatingIfNeeded: Int(changed[0]) + difference)
      do {
        _ = try FloatModelFile.decode(changed, path: "m")
        Issue.record("\(new) was read")
      } catch {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
  }

  @Test func `pixels of another range change no output`() throws {
    let images = FloatModels.images(5, shape: shape)
    for names in [["first", "kind"], ["level", "share", "kind"], ["kind"]] {
      let own = try model(several, outputs: names).deciding()
      let taken = try own.taking(pixels: PixelRange(-3...2))
      let (one, other) = (
        try FloatRunner(own, on: images, workers: workers, pixels: PixelRange(-3...2)).run(0..<5),
        try FloatRunner(taken, on: images, workers: workers).run(0..<5)
      )
      for (left, right) in zip(one, other) {
        for (a, b) in zip(left.values, right.values) { #expect(abs(a - b) <= 1e-4 * max(1, abs(a))) }
      }
    }
  }

  @Test func `a layer that only scales pixels stays where it is an output`() throws {
    let images = FloatModels.images(30, shape: shape)
    let text = "input 8x8x1\nscaled = batchnorm\nconv 2 3x3\nflatten\nlast = dense 2"
    let model = try model(text, outputs: ["scaled", "last"]).deciding()
    let runtime = try Model(copying: OctetFile(quantized(model, images).model).bytes)
    let found = try IntegerRunner(runtime, on: images, workers: workers).run(0..<30)
    let expected = try FloatRunner(model, on: images, workers: workers).run(0..<30)
    for (one, other) in zip(expected, found) {
      let largest = one.values.reduce(0) { max($0, abs($1)) }
      for (a, b) in zip(one.values, other.values) { #expect(abs(a - b) <= 0.03 * largest) }
    }
  }

  @Test func `targets of a map are in the order of the model's own format`() throws {
    let map = ImageShape(height: 2, width: 3, channels: 2)
    // Channels first: element i of an item is at places[i] of Octet's rows, columns, channels.
    let places = (0..<12).map { ($0 % 6) * 2 + $0 / 6 }
    let output = OutputDescription(
      name: "map", meaning: .numbers, names: [], shape: map, hasProbabilities: false,
      layout: ArrayLayout(shape: [2, 2, 3], places: places))
    func targets(_ shape: [Int]) throws -> [Float] {
      let items = LabeledItems(
        shape: ImageShape(flat: 5), values: .floats([Float](repeating: 0, count: 10)),
        targets: .numbers((0..<24).map { Float($0) }, shape: shape))
      let found = try TargetedItems(
        items, outputs: [output], input: GivenInput(model(several, outputs: ["kind"])), origin: "here"
      ).targets[0]
      guard case .numbers(let numbers) = found else { return [] }
      return numbers
    }
    let first: [Float] = [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]
    for shape in [[2, 2, 3], [12], [2, 1, 2, 3]] {
      #expect(try targets(shape) == first + first.map { $0 + 12 }, "\(shape)")
    }
    #expect(try targets([2, 3, 2]) == (0..<24).map { Float($0) })
    #expect(throws: FileError.self) { try targets([3, 2, 2]) }
  }

  @Test func `the five best classes and their ties`() throws {
    let model = try model(several, outputs: ["kind"]).deciding()
    let images = FloatModels.images(50, shape: shape)
    let truth = (0..<50).map { UInt16($0 % 7) }
    let named = images.with(.classes(truth, names: (0..<7).map(String.init)))
    let runtime = try Model(copying: OctetFile(quantized(model, images).model).bytes)
    let integer = try IntegerRunner(runtime, on: named, workers: workers)
    let targeted = try TargetedItems(
      named, outputs: integer.outputs, input: GivenInput(model), origin: "here")
    let result = try OutputComparison(
      targeted, float: FloatRunner(model, on: named, workers: workers), integer: integer
    ).run().outputs[0]
    let logits = integer.integers(0..<50)[0]
    for item in 0..<50 {
      let row = logits[7 * item..<7 * (item + 1)].map { $0 }
      let order = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }
      #expect(result.integer?.classes?.topFive[item] == order.prefix(5).contains(Int(truth[item])))
      #expect(result.integer?.classes?.classes[item] == order[0])
    }
  }
}
