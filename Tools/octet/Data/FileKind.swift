import OctetHost

/// What a file is, detected from its first bytes, whatever its name.
enum FileKind {
  case octet, safetensors, keras, hdf5, lite, onnx
  case png, idx, npy, npz

  /// Bytes that are looked at.
  private static let headBytes = 512

  /// Nil for anything else, and where there is no such file: who opens it says so.
  init?(path: String) {
    // A pipe that is opened here would lose what its writer has to say.
    guard (try? Folder.kind(of: path)) == .file,
      let start = try? ByteFile.start(of: path, count: Self.headBytes)
    else { return nil }
    self.init(head: start.bytes, size: start.size)
  }

  init?(head: [UInt8], size: Int) {
    func holds(_ text: String, at place: Int = 0) -> Bool { head.dropFirst(place).starts(with: text.utf8) }
    if holds("OCT8") {
      self = .octet
    } else if holds("TFL3", at: 4) {
      self = .lite
    } else if head.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .hdf5
    } else if head.starts(with: [0x50, 0x4B, 3, 4]) {
      self = Self.beginsWithArray(head) ? .npz : .keras
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = .png
    } else if head.starts(with: [0x93]), holds("NUMPY", at: 1) {
      self = .npy
    } else if head.starts(with: [0, 0, 8]), head.count > 3, head[3] <= 4 {
      self = .idx
    } else if Self.isSafetensors(head, size: size) {
      self = .safetensors
    } else if Self.isONNX(head) {
      self = .onnx
    } else {
      return nil
    }
  }

  /// Whether the first file of a ZIP archive is an array.
  private static func beginsWithArray(_ head: [UInt8]) -> Bool {
    guard head.count > 30 else { return false }
    let name = head.dropFirst(30).prefix(Int(head[26]) | Int(head[27]) << 8)
    return String(decoding: name, as: UTF8.self).hasSuffix(".npy")
  }

  /// The length of a header that lies in the file, then JSON.
  private static func isSafetensors(_ head: [UInt8], size: Int) -> Bool {
    guard head.count > 8, head[8] == UInt8(ascii: "{"), head[5..<8].allSatisfy({ $0 == 0 }) else {
      return false
    }
    let length = head[0..<5].reversed().reduce(0) { $0 << 8 | Int($1) }
    return length <= size - 8
  }

  /// The version of the format, of one byte, then another field of a model: a name, a graph or a version.
  private static func isONNX(_ head: [UInt8]) -> Bool {
    guard head.count > 3, head[0] == 0x08, (1...32).contains(head[1]) else { return false }
    return [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72].contains(head[2])
  }

  var isFloatModel: Bool {
    switch self {
    case .safetensors, .keras, .hdf5, .lite, .onnx: true
    case .octet, .png, .idx, .npy, .npz: false
    }
  }

  /// With an article.
  var words: String {
    switch self {
    case .octet: "an int8 model (.octet)"
    case .safetensors: "a float model (.safetensors)"
    case .keras: "a zip archive, as .keras models are"
    case .hdf5: "an HDF5 file, as .h5 models are"
    case .lite: "a TensorFlow Lite model (.tflite)"
    case .onnx: "an ONNX model (.onnx)"
    case .png: "a PNG picture"
    case .idx: "an IDX file of data, as MNIST's are"
    case .npy: "a NumPy array (.npy)"
    case .npz: "an archive of NumPy arrays (.npz)"
    }
  }

  /// What the names of such files end with.
  var suffix: String {
    switch self {
    case .octet: ".octet"
    case .safetensors: ".safetensors"
    case .keras: ".keras"
    case .hdf5: ".h5"
    case .lite: ".tflite"
    case .onnx: ".onnx"
    case .png: ".png"
    case .idx: "-ubyte"
    case .npy: ".npy"
    case .npz: ".npz"
    }
  }
}
