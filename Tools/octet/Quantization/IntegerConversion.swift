import Octet
import OctetData
import OctetInterchange
import OctetNetwork
import OctetQuantization

/// A converted full-integer .tflite network, with the data that it fits. Nothing is written.
struct IntegerConversion {
  let quantized: QuantizedModel
  let file: OctetFile
  let model: Model
  /// The classes of the model only.
  let data: DataSet

  /// - Parameter workLimit: the most operations that an image may take, where a limit was given.
  init(
    _ network: LiteNetwork, _ located: DataOption.Located, _ options: ForeignModelOptions,
    workLimit: UInt64 = .max
  ) throws {
    let names = try FloatModelSource.classNames(
      network, given: options.classNames, data: located.data.train.classNames)
    let picture = located.data.train.shape
    guard network.input.takes(picture) else {
      throw FileContentError(
        path: network.path,
        reason: QuantizationError.shape(images: picture, network: network.input).description)
    }
    data = try ModelData.keeping(names, of: located.data)
    var quantized = try LiteIntegerConversion.model(
      network, classNames: names, picture: picture, pixels: options.pixels ?? 0...1)
    quantized.pictureForm = located.form
    self.quantized = quantized
    file = OctetFile(quantized)
    // What the runtime would refuse is not written.
    do throws(ModelError) {
      model = try Model(copying: file.bytes, workLimit: workLimit)
    } catch {
      let bytes = file.bytes
      throw MaxWorkOption.refusal(error, path: network.path, limit: workLimit) {
        try Model(copying: bytes, workLimit: .max)
      }
    }
  }
}
