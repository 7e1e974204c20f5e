import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import Testing

/// Octet's float networks against Keras on the same weights.
@Suite struct KerasGoldenTests {
  private let workers = Workers(count: 2)

  @Test(arguments: try GoldenCases.networks())
  func `recipes give the outputs of Keras`(golden: GoldenNetwork) throws {
    let recipe = try #require(try Recipe.named(golden.recipe))
    let description = try #require(recipe.candidates.first { $0.name == golden.candidate }?.network)
    #expect(try description.parameterCount() == golden.parameters)
    // Two images at a time for three, so that one batch is not full.
    let network = try Network(description, capacity: 2, seed: 1, workers: workers, forTraining: false)
    fill(network, for: golden.name)
    let count = golden.outputs.count
    let images = LabeledItems(
      shape: description.input,
      pixels: GoldenNumbers.pixels(of: golden.name, count: count * description.input.count),
      labels: [UInt8](repeating: 0, count: count), classNames: ["any"])
    let outputs = network.outputs(images, activation: description.outputActivation, workers: workers)
    #expect(difference(Array(outputs.joined()), Array(golden.outputs.joined())) < 1e-5)
  }

  @Test(arguments: try GoldenCases.layers())
  func `layers give the outputs of Keras`(golden: GoldenLayer) throws {
    let description = try NetworkDescription(text: golden.network)
    let count = golden.outputs.count
    let network = try Network(description, capacity: count, seed: 1, workers: workers, forTraining: false)
    fill(network, for: golden.name)
    let units = GoldenNumbers.units("\(golden.name)/input", count: count * description.input.count)
    for (index, unit) in units.enumerated() {
      network.input.base[index] = unit * (golden.high - golden.low) + golden.low
    }
    network.forward(count: count)
    #expect(difference(network.output.values(count), Array(golden.outputs.joined())) < 1e-5)
  }

  @Test(arguments: try GoldenCases.losses())
  func `losses are those of Keras`(golden: GoldenLoss) throws {
    let activation = try #require(Activation(word: golden.activation))
    let loss = try #require(Loss(rawValue: golden.loss))
    let outputs = golden.values[0].count
    let head = try OutputHead(activation: activation, loss: loss, outputs: outputs, classes: max(outputs, 2))
    let losses = zip(golden.values, golden.labels).map { values, label in
      var values = values
      return values.withUnsafeMutableBufferPointer { values in
        values.baseAddress.map { head.finish($0, label: label).loss } ?? .nan
      }
    }
    #expect(difference(losses, golden.losses) < 1e-5)
  }

  @Test(arguments: try GoldenCases.training())
  func `three steps lead where they lead Keras`(golden: GoldenTraining) throws {
    let recipe = try Recipe(text: golden.recipe, name: golden.name)
    let description = recipe.candidates[0].network
    let images = LabeledItems(
      shape: description.input,
      pixels: GoldenNumbers.pixels(of: golden.name, count: golden.labels.count * description.input.count),
      labels: golden.labels, classNames: ["a", "b", "c"].dropLast(golden.labels.contains(2) ? 0 : 1))
    let trainer = try Trainer(description, settings: recipe.settings, images: images, workers: workers) { 0 }
    fill(trainer.network, for: golden.name)
    var losses: [Float] = []
    while !trainer.isFinished { losses.append(Float(try trainer.runEpoch().loss)) }
    trainer.finish()
    #expect(difference(losses, golden.losses) < 1e-5)
    #expect(Set(trainer.network.parameters.map(\.name)) == Set(golden.parameters.keys))
    for parameter in trainer.network.parameters {
      let expected = try #require(golden.parameters[parameter.name])
      // Weights move by some thousandths in three steps, so this is one part in a thousand of the way.
      #expect(difference(parameter.array, expected) < 2e-6, "\(parameter.name)")
    }
  }

  private func fill(_ network: Network, for golden: String) {
    for parameter in network.parameters {
      parameter.array = GoldenNumbers.parameter(parameter.name, of: golden, shape: parameter.shape)
    }
  }

  /// The largest difference between two values; infinite when there are more of one or one is no number.
  private func difference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1.isNaN ? .infinity : $1 }
  }
}
