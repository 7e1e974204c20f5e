import OctetHost
import OctetNetwork
import OctetTraining
import Testing

@Suite struct BatchNormalizationTests {
  @Test func `moving averages follow the batches`() throws {
    let network = try Network(
      NetworkDescription(text: "input 2x1x2\nbatchnorm momentum 0.75\nflatten\ndense 2"), capacity: 2,
      seed: 1,
      workers: Workers(count: 1))
    // Channel 0 holds 1, 3, 5, 7 (mean 4, variance 5), channel 1 holds 2 throughout.
    network.setInput([[1, 2, 3, 2], [5, 2, 7, 2]])
    network.forward(count: 2, isTraining: true)
    let values = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.array) })
    #expect(values["batchnorm-1.mean"] == [1, 0.5])
    #expect(values["batchnorm-1.variance"] == [0.75 + 1.25, 0.75])
  }

  @Test func `evaluation does not touch the averages`() throws {
    let network = try Network(
      NetworkDescription(text: "input 3\nbatchnorm\ndense 2"), capacity: 4, seed: 1,
      workers: Workers(count: 1))
    let before = network.parameters.map(\.array)
    network.setInput(Array(repeating: [9, 8, 7], count: 4))
    network.forward(count: 4)
    #expect(network.parameters.map(\.array) == before)
  }
}
