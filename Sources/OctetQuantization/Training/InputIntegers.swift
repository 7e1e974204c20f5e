import Octet
import OctetHost
import OctetNetwork
import OctetTraining

/// Brings what a network is trained on to the integers that its file takes in, less their zero point.
struct InputIntegers {
  private let encoding: IntegerLayer.Encoding
  /// For pixels of each channel the integers of 0 to 255; empty for features.
  private let pixels: [[Float]]

  init(_ network: QuantizedNetwork) {
    encoding = network.input
    guard network.inputKind == .pictures else {
      pixels = []
      return
    }
    let map = network.network.pixelScaling?.factors(network.input) ?? []
    let zeroPoint = network.input.zeroPoint
    pixels = (0..<network.network.input.channels).map { channel in
      (0...255).map { pixel in
        Float((map.isEmpty ? pixel - 128 : Int(map[channel].integer(pixel))) - zeroPoint)
      }
    }
  }

  /// Changed pixels are rounded first: a camera gives whole ones too.
  func bring(_ input: Tensor, count: Int, workers: Workers) {
    let (size, channels) = (input.shape.count, input.shape.channels)
    workers.forEach(count) { image, _ in
      let target = input.image(image)
      if pixels.isEmpty {
        let (low, high) = (
          Float(encoding.lowest - encoding.zeroPoint), Float(encoding.highest - encoding.zeroPoint)
        )
        for place in 0..<size {
          let steps = (target[place] / encoding.scale).rounded(.toNearestOrAwayFromZero)
          target[place] = min(max(steps, low), high)
        }
        return
      }
      var channel = 0
      for place in 0..<size {
        let pixel = Int(min(max((target[place] * 255).rounded(), 0), 255))
        target[place] = pixels[channel][pixel]
        channel = channel + 1 == channels ? 0 : channel + 1
      }
    }
  }
}
