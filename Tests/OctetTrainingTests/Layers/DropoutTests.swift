import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

@Suite struct DropoutTests {
  private func network(rate: Float, seed: UInt64 = 1) throws -> Network {
    try Network(
      NetworkDescription(text: "input 4000\ndropout \(rate)\ndense 2"), capacity: 3, seed: seed,
      workers: Workers(count: 2))
  }

  @Test func `clears the share and scales the rest`() throws {
    let network = try network(rate: 0.25)
    network.setInput(Array(repeating: Array(repeating: 1, count: 4000), count: 3))
    network.forward(count: 3, isTraining: true, step: 9)
    let values = network.value(1).values(3)
    let cleared = values.count { $0 == 0 }
    // 12,000 draws at 0.25: 3,000 with a standard deviation of 47.
    #expect(abs(cleared - 3000) < 280)
    #expect(values.allSatisfy { $0 == 0 || abs($0 - 1 / 0.75) < 1e-4 })
    // Images and steps have masks of their own.
    #expect(Array(values[0..<4000]) != Array(values[4000..<8000]))
    network.forward(count: 3, isTraining: true, step: 10)
    #expect(network.value(1).values(3) != values)
  }

  @Test func `does nothing outside training`() throws {
    let network = try network(rate: 0.9)
    let image = (0..<4000).map { Float($0) }
    network.setInput([image])
    network.forward(count: 1)
    #expect(network.value(1).values(1) == image)
  }

  @Test func `the gradient goes where the values went`() throws {
    let description = try NetworkDescription(text: "input 64\ndense 64\ndropout 0.5\ndense 1")
    let network = try Network(description, capacity: 1, seed: 4, workers: Workers(count: 1))
    var random = RandomStream.test(5)
    network.setInput([random.floats(64)])
    network.forward(count: 1, isTraining: true, step: 3)
    network.outputGradient?.base[0] = 1
    network.backward(count: 1, step: 3)
    let kept = zip(network.value(1).values(1), network.value(2).values(1)).map {
      $1 == 0 ? Float(0) : $1 / $0
    }
    #expect(kept.contains(0) && kept.contains { $0 > 1.9 })
    // The bias gradient of the first layer is the gradient that came through the mask.
    let weight = network.parameters.first { $0.name == "dense-2.weight" }?.array ?? []
    let bias = try #require(network.parameters.first { $0.name == "dense-1.bias" })
    for index in 0..<64 { #expect(abs(bias.gradient[index] - kept[index] * weight[index]) < 1e-5) }
  }
}
