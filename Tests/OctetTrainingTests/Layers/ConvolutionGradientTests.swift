import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Convolutions of all shapes, back to the image and to the weights, against sums in double precision.
///
/// The gradient of a sum of outputs, each times a number of its own, is known: it is what these numbers weigh.
@Suite struct ConvolutionGradientTests {
  private func window(_ random: inout RandomStream, height: Int, width: Int) -> String {
    let same = random.integer(0...1) == 1
    let (h, w) = (
      random.integer(1...(same ? 5 : min(5, height))), random.integer(1...(same ? 5 : min(5, width)))
    )
    return
      "\(h)x\(w) stride \(random.integer(1...3))x\(random.integer(1...3)) padding \(same ? "same" : "valid")"
  }

  @Test(arguments: 0..<80)
  func `gradients are those of their definition`(seed: Int) throws {
    var random = RandomStream.test(91, UInt64(seed))
    let (height, width, channels) = (random.integer(1...9), random.integer(1...9), random.integer(1...21))
    let (own, kind) = (window(&random, height: height, width: width), seed % 2 == 0)
    let filters = random.integer(1...35)
    let line = kind ? "conv \(filters) \(own)" : "depthwise \(own)"
    // The layer under test is behind another one, as no gradient goes to the input.
    let description = try NetworkDescription(
      text: "input \(height)x\(width)x\(channels)\ndepthwise 1x1 no-bias\nown = \(line)\nflatten\nlinear")
    let count = 3
    let network = try Network(description, capacity: count, seed: 1, workers: Workers(count: 2))
    network.stir(&random)
    let images = (0..<count).map { _ in random.floats(description.input.count) }
    network.setInput(images)
    network.forward(count: count, isTraining: true)
    let gradient = try #require(network.outputGradient)
    let slopes = (0..<count).map { _ in random.floats(network.output.shape.count) }
    for (place, row) in slopes.enumerated() {
      for (index, value) in row.enumerated() { gradient.image(place)[index] = value }
    }
    network.backward(count: count)

    let reference = DoubleReference(network)
    let doubles = images.map { $0.map(Double.init) }
    func sum(_ reference: DoubleReference) throws -> Double {
      let outputs = try reference.forward(doubles).last ?? []
      return zip(outputs, slopes).reduce(0) { $0 + zip($1.0, $1.1).reduce(0) { $0 + $1.0 * Double($1.1) } }
    }
    // The sum is linear in each parameter by itself, so a step of any size gives its slope.
    for parameter in network.parameters {
      let values = parameter.array.map(Double.init)
      for index in values.indices where values.count < 60 || random.integer(0...values.count / 40) == 0 {
        func shifted(_ by: Double) throws -> Double {
          var moved = reference
          moved.parameters[parameter.name]?[index] += by
          return try sum(moved)
        }
        let expected = (try shifted(0.5)) - (try shifted(-0.5))
        let found = Double(parameter.gradient[index])
        #expect(abs(found - expected) < 1e-4 + 1e-5 * abs(expected), "\(parameter.name)[\(index)] of \(line)")
      }
    }
  }
}
