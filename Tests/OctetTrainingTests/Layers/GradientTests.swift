import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Every layer and loss against central differences of the double-precision reference.
@Suite struct GradientTests {
  static let networks = FloatLayerKind.gradientNetworks

  /// The head of a network's output with a loss; nil where they do not go together.
  private static func head(_ description: NetworkDescription, _ loss: Loss) throws -> OutputHead? {
    let outputs = try description.shapes().last?.count ?? 0
    return try? OutputHead(
      activation: description.outputActivation, loss: loss, outputs: outputs, classes: max(2, outputs))
  }

  /// Every network with each loss that fits its output.
  static let combinations: [(network: String, loss: Loss)] = networks.flatMap { text in
    Loss.allCases.compactMap { loss in
      guard let description = try? NetworkDescription(text: text) else { return (text, loss) }
      return (try? head(description, loss)) == nil ? nil : (text, loss)
    }
  }

  /// Otherwise a head that throws for all networks would leave nothing to test.
  @Test func `every network is tried with the losses that fit it`() {
    for loss in Loss.allCases { #expect(Self.combinations.contains { $0.loss == loss }, "\(loss)") }
    for text in Self.networks { #expect(Self.combinations.contains { $0.network == text }, "\(text)") }
  }

  /// But for dropout, whose random masks DropoutTests look at.
  @Test func `every kind of layer is in a network`() throws {
    let words = Set(Self.networks.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) })
    for (keyword, _, _) in FloatLayerKind.grammars where !["dropout", "activation"].contains(keyword) {
      #expect(words.contains(keyword), "\(keyword)")
    }
  }

  @Test(arguments: combinations)
  func `analytic gradients equal numeric ones`(text: String, loss: Loss) throws {
    let description = try NetworkDescription(text: text)
    let classes = max(2, try description.shapes().last?.count ?? 0)
    let head = try #require(try Self.head(description, loss))
    let count = 5
    let network = try Network(description, capacity: count, seed: 3, workers: Workers(count: 2))
    var random = RandomStream.test(text.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    network.stir(&random)
    let images = (0..<count).map { _ in random.floats(description.input.count) }
    let labels = (0..<count).map { _ in random.integer(0...classes - 1) }

    network.setInput(images)
    network.forward(count: count, isTraining: true)
    let gradient = try #require(network.outputGradient)
    var lossSum = 0.0
    for place in 0..<count {
      let values = network.output.image(place)
      lossSum += Double(head.finish(values, label: labels[place]).loss)
      head.gradient(values, label: labels[place], share: 1 / Float(count), into: gradient.image(place))
    }
    network.backward(count: count)

    var reference = DoubleReference(network)
    reference.isTraining = true
    let doubles = images.map { $0.map(Double.init) }
    let expectedLoss = try reference.loss(doubles, labels: labels, loss)
    #expect(abs(lossSum / Double(count) - expectedLoss) < 1e-5, "loss")

    let step = 1e-5
    for parameter in network.parameters where parameter.isTrained {
      let values = parameter.array.map(Double.init)
      for index in values.indices {
        func shifted(_ by: Double) throws -> Double {
          var moved = reference
          moved.parameters[parameter.name]?[index] = values[index] + by
          return try moved.loss(doubles, labels: labels, loss)
        }
        let numeric = (try shifted(step) - shifted(-step)) / (2 * step)
        let analytic = Double(parameter.gradient[index])
        #expect(
          abs(numeric - analytic) < 2e-5 + 2e-4 * abs(numeric),
          "\(parameter.name)[\(index)]: numeric \(numeric), analytic \(analytic)")
      }
    }
  }

  /// Random windows, so that every clipping of window and border is met.
  @Test(arguments: 0..<60)
  func `convolution and pooling forward equal the reference`(seed: Int) throws {
    var random = RandomStream.test(77, UInt64(seed))
    let (height, width, channels) = (random.integer(1...9), random.integer(1...9), random.integer(1...20))
    let same = random.integer(0...1) == 1
    func window() -> String {
      let (h, w) = (
        random.integer(1...(same ? 5 : min(5, height))), random.integer(1...(same ? 5 : min(5, width)))
      )
      return
        "\(h)x\(w) stride \(random.integer(1...3))x\(random.integer(1...3)) padding \(same ? "same" : "valid")"
    }
    let layers = [
      "conv \(random.integer(1...19)) \(window()) relu",
      "depthwise \(window()) multiplier \(random.integer(1...3))",
      "maxpool \(window())", "averagepool \(window()) tanh",
    ]
    for layer in layers {
      let description = try NetworkDescription(
        text: "input \(height)x\(width)x\(channels)\n\(layer)\nflatten\ndense 2 softmax")
      let count = 3
      let network = try Network(
        description, capacity: count, seed: 1, workers: Workers(count: 2), forTraining: false)
      network.stir(&random)
      let images = (0..<count).map { _ in random.floats(description.input.count) }
      network.setInput(images)
      network.forward(count: count)
      let expected = try DoubleReference(network).forward(images.map { $0.map(Double.init) })[1]
      let found = network.value(1).values(count)
      for (a, b) in zip(found, expected.joined()) { #expect(abs(Double(a) - b) < 1e-4, "\(layer)") }
      #expect(found.count == expected.joined().count)
    }
  }
}
