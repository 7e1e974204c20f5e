import OctetHost
import OctetTraining

extension RandomStream {
  /// The stream of one test case.
  static func test(_ path: UInt64...) -> RandomStream {
    RandomStream(seed: path.first ?? 0, purpose: .testing, path.count > 1 ? path[1] : 0)
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func floats(_ count: Int, in range: Range<Float> = -1..<1) -> [Float] {
    (0..<count).map { _ in nextFloat(in: range) }
  }
}

extension Network {
  /// Puts `images` into the first places of the input.
  func setInput(_ images: [[Float]]) {
    for (place, image) in images.enumerated() {
      for (index, value) in image.enumerated() { input.image(place)[index] = value }
    }
  }

  /// Moves every parameter away from its start, so that biases, scales and moving averages matter.
  func stir(_ random: inout RandomStream) {
    for parameter in parameters {
      let isVariance = parameter.name.hasSuffix(".variance")
      parameter.array = parameter.array.map {
        isVariance ? random.nextFloat(in: 0.5..<2) : $0 + random.nextFloat(in: -0.3..<0.3)
      }
    }
  }
}
