import OctetHost
import OctetInterchange

/// A file of another program whose layers compute with integers: a full-integer .tflite file, or an ONNX file with
/// QuantizeLinear.
enum IntegerModelSource {
  /// Nil for a file of floats, or of another format.
  static func read(path: String) throws -> LiteNetwork? {
    let format = ForeignFileFormat(path: path)
    guard format == .lite || format == .onnx else { return nil }
    return try read(ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile), path: path)
  }

  /// The same for the bytes of such a file.
  static func read(_ bytes: [UInt8], path: String) throws -> LiteNetwork? {
    switch ForeignFileFormat(path: path) {
    case .lite:
      let network = try LiteNetwork(bytes, path: path)
      return network.isInteger ? network : nil
    case .onnx: return try LiteNetwork(onnx: bytes, path: path)
    case .keras, .hdf5, nil: return nil
    }
  }
}
