import Octet
import OctetHost
import OctetInterchange

/// Reads an .octet file with the words that people need when that fails.
enum ModelFile {
  static func load(_ path: String) throws -> (bytes: [UInt8], model: Model) {
    let bytes = try FileReading.bytes(path: path, limit: 1 << 30)
    do throws(ModelError) {
      return (bytes, try Model(copying: bytes))
    } catch {
      throw FirmwareError("\(path): \(error)")
    }
  }
}

extension Model {
  /// Multiplications with a weight in a layer, for one image.
  func multiplyAdds(_ index: Int) -> Int {
    let layer = layer(index)
    let input = tensor(Int(layer.input))
    let output = tensor(index + 1)
    let outputs = Int(output.height) * output.rowValues
    let window = Int(layer.windowHeight) * Int(layer.windowWidth)
    let pool = Int(layer.poolHeight) * Int(layer.poolWidth)
    switch layer.kind {
    case .dense: return outputs * Int(input.height) * input.rowValues
    case .convolution: return outputs * pool * window * Int(input.channels)
    case .depthwiseConvolution: return outputs * pool * window
    case .maximumPooling, .averagePooling, .globalAveragePooling, .add, .table: return 0
    }
  }
}
