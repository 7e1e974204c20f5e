import Octet
import OctetInterchange
import OctetNetwork
import OctetTraining

/// The input of a model, which the outputs of an autoencoder give again.
package struct GivenInput: Sendable {
  let shape: ImageShape
  /// How the model's own format lays out an item; nil where that is not known.
  let layout: ArrayLayout?
  /// What pixels of 0 and 255 stand for.
  let pixels: PixelRange

  package init(_ model: FloatModel, pixels: PixelRange? = nil) {
    shape = model.network.input
    layout = model.inputLayout
    self.pixels = pixels ?? .unit
  }

  package init(_ network: LiteNetwork, pixels: PixelRange?) {
    shape = network.input
    layout = network.inputLayout
    self.pixels = pixels ?? .unit
  }

  /// For an .octet file alone.
  ///
  /// - Parameter pixels: nil for what its input makes of them.
  package init(_ model: Model, pixels: PixelRange? = nil) {
    shape = model.inputShape
    layout = nil
    self.pixels = pixels ?? model.pixelRange
  }

  /// Whether an output is the input again: of the same shape, or one row of as many numbers whose order is known.
  package func isGiven(at output: OutputDescription) -> Bool {
    guard output.shape.count == shape.count, shape.count > 1 else { return false }
    if output.shape == shape { return true }
    // Rows and columns have the same order in all formats; only where channels are differs.
    if shape.isFlat { return output.shape.channels == 1 }
    return output.shape.isFlat && (layout != nil || shape.channels == 1)
  }
}

extension Model {
  /// What its input's scale and its pixel map make of pixels of 0 and 255.
  var pixelRange: PixelRange {
    let scale = Double(Float(bitPattern: input.scaleBits))
    let zeroPoint = Double(input.zeroPoint)
    func range(_ low: Double, _ high: Double) -> ClosedRange<Float> {
      let (low, high) = (Float(scale * (low - zeroPoint)), Float(scale * (high - zeroPoint)))
      return min(low, high)...max(low, high)
    }
    guard let pixelMap else { return PixelRange(range(-128, 127)) }
    return PixelRange(
      channels: (0..<imageChannels).map { channel in
        // Half a step for rounding is in the offset.
        let zero = (Double(pixelMap.offset(channel)) - 32_768) / 65_536
        return range(zero, zero + 255 * Double(pixelMap.factor(channel)) / 65_536)
      })
  }
}
