import Octet
import OctetNetwork
import OctetQuantization

/// Small files that ask for much work.
package enum LaboriousModel {
  /// 63 layers of maximum pooling over 255 x 255 cells, for a gray picture of 256 x 256 pixels: 4 KB that take 260
  /// billion comparisons.
  package static var pools: [UInt8] { pools(windows: Extent(255, 255)) }

  /// The same with smaller windows.
  package static func pools(windows: Extent) -> [UInt8] {
    var tensors = [tensor(256, 256)]
    var layers: [QuantizedLayer] = []
    for index in 0..<61 {
      var layer = QuantizedLayer(.maximumPooling, inputs: [index])
      layer.window = windows
      layer.reach = Extent(windows.height / 2, windows.width / 2)
      layers.append(layer)
      tensors.append(tensor(256, 256))
    }
    // 256 x 256, then 2 x 2, then one value, which tells two classes apart.
    for (index, (window, size)) in [(Extent(255, 255), 2), (Extent(2, 2), 1)].enumerated() {
      var layer = QuantizedLayer(.maximumPooling, inputs: [61 + index])
      layer.window = window
      layer.stride = window
      layers.append(layer)
      tensors.append(tensor(size, size))
    }
    return OctetFile(
      QuantizedModel(head: .sigmoid, classNames: ["no", "yes"], tensors: tensors, layers: layers)
    ).bytes
  }

  private static func tensor(_ height: Int, _ width: Int) -> QuantizedTensor {
    QuantizedTensor(shape: ImageShape(height: height, width: width, channels: 1), zeroPoint: -128, scale: 0.5)
  }
}
