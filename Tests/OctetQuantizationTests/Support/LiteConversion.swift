import Octet
import OctetInterchange
import OctetNetwork
import OctetQuantization

extension LiteIntegerConversion {
  /// A network whose first output is classes of these names, whatever it ends in.
  static func model(
    _ network: LiteNetwork, names: [String], picture: ImageShape?, pixels: PixelRange?
  ) throws -> QuantizedModel {
    var outputs = try network.decidedOutputs()
    outputs[0].meaning = .classes
    outputs[0].names = names
    return try model(network, outputs: outputs, picture: picture, pixels: pixels)
  }
}
