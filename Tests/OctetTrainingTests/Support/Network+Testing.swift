import OctetHost
import OctetTraining
import TestSupport

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
