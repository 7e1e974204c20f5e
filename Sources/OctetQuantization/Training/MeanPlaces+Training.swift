import OctetHost
import OctetNetwork
import OctetTraining

extension MeanPlaces {
  /// Means of integers, which a float layer has taken, become integers of the output less its zero point.
  func requantize(_ output: Tensor, _ integers: IntegerLayer, count images: Int, workers: Workers) {
    let (zeroPoint, channels) = (integers.output.zeroPoint, output.shape.channels)
    let clamp = integers.layer.clamp ?? -128...127
    workers.forEach(images) { image, _ in
      var target = output.image(image)
      for place in 0..<count {
        let place = self[place]
        for channel in 0..<channels {
          let value = place.value(target[channel]) + zeroPoint
          target[channel] = Float(min(max(value, clamp.lowerBound), clamp.upperBound) - zeroPoint)
        }
        target += channels
      }
    }
  }
}
