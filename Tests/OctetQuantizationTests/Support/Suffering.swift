import OctetHost
import OctetNetwork
import OctetTraining

extension FloatModel {
  /// The same function with channels of very different size: each channel of a layer's output is divided by a factor,
  /// and the weights of the next layer that meet it are multiplied by it.
  ///
  /// - Parameters:
  ///   - pairs: names of a layer that ends with ReLU or nothing, and of the depthwise, 1x1 or dense layer that reads
  ///     it.
  ///   - octaves: factors are from two to the power of minus this to two to the power of this.
  func uneven(_ pairs: [(String, String)], octaves: Float, seed: UInt64 = 1) -> FloatModel {
    var model = self
    var random = RandomStream(seed: seed, purpose: .testing, 0x5FFE)
    for (maker, reader) in pairs {
      guard let bias = model.parameters.firstIndex(where: { $0.name == "\(maker).bias" }),
        let made = model.parameters.firstIndex(where: { $0.name == "\(maker).weight" }),
        let read = model.parameters.firstIndex(where: { $0.name == "\(reader).weight" })
      else { preconditionFailure("the layers have weights") }
      let channels = model.parameters[bias].values.count
      let factors = (0..<channels).map { _ in power(random.nextFloat(in: -octaves..<octaves)) }
      for index in model.parameters[bias].values.indices {
        model.parameters[bias].values[index] /= factors[index]
      }
      for index in model.parameters[made].values.indices {
        model.parameters[made].values[index] /= factors[index % channels]
      }
      // The last axis is the outputs', but for a depthwise layer, where one channel is one output.
      let shape = model.parameters[read].shape
      let inner = shape.count == 4 && shape[2] == channels || shape.count == 2 ? shape[shape.count - 1] : 1
      for index in model.parameters[read].values.indices {
        model.parameters[read].values[index] *= factors[index / inner % channels]
      }
    }
    return model
  }
}

/// Two to a power.
private func power(_ exponent: Float) -> Float {
  let whole = exponent.rounded(.down)
  // Between two powers of two a line will do.
  return Float(sign: .plus, exponent: Int(whole), significand: 1 + (exponent - whole))
}
