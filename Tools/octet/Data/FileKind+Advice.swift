/// A file that was opened as something that it is not.
struct WrongKindError: Error, CustomStringConvertible {
  let path: String
  let kind: FileKind
  /// What it should have been, or what it needs.
  let advice: String

  var description: String {
    let isKeras =
      (kind == .keras || kind == .hdf5) && [".keras", ".h5"].contains(where: path.lowercased().hasSuffix)
    return "\(path): is \(isKeras ? "a Keras model" : kind.words); \(advice)"
  }
}

extension FileKind {
  /// The path with the end of name that such files have, if it has another.
  private func renamed(_ path: String) -> String {
    if path.lowercased().hasSuffix(suffix) { return path }
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return path + suffix }
    return path.dropLast(name[dot...].count) + suffix
  }

  /// Why a file cannot serve as an .octet file; nil for one, and for what is not known.
  static func mistakenForInteger(_ path: String) -> WrongKindError? {
    guard let kind = FileKind(path: path) else { return nil }
    switch kind {
    case .octet: return nil
    case .safetensors, .keras, .hdf5, .lite, .onnx:
      let name = kind.renamed(path)
      let first = name == path ? "quantize it first" : "name it \(name) and quantize it"
      return WrongKindError(path: path, kind: kind, advice: "\(first): octet quantize \(name)")
    case .png:
      return WrongKindError(
        path: path, kind: kind,
        advice: "an .octet model comes first, then pictures: octet classify MODEL.octet \(path)")
    case .idx, .npy, .npz:
      return WrongKindError(
        path: path, kind: kind, advice: "an .octet model is needed here, and data with --data")
    }
  }

  /// Why a file cannot serve as a float model; nil for one under a name that tells its format, and for what is not
  /// known.
  static func mistakenForFloat(_ path: String) -> WrongKindError? {
    guard let kind = FileKind(path: path) else { return nil }
    switch kind {
    case .octet:
      return WrongKindError(
        path: path, kind: kind,
        advice: "it is quantized already: octet evaluate \(path) tests it, octet inspect \(path) shows it")
    case .keras, .hdf5:
      // Either may be called either.
      if [".keras", ".h5"].contains(where: path.lowercased().hasSuffix) { return nil }
      if [".pt", ".pth"].contains(where: path.lowercased().hasSuffix) {
        return WrongKindError(
          path: path, kind: kind,
          advice: "PyTorch's own files are not read; export the model with torch.onnx.export")
      }
      fallthrough
    case .safetensors, .lite, .onnx:
      if path.lowercased().hasSuffix(kind.suffix) { return nil }
      return WrongKindError(
        path: path, kind: kind,
        advice: "the format is detected from the extension: name it \(kind.renamed(path))")
    case .png: return WrongKindError(path: path, kind: kind, advice: "a float model is needed here")
    case .idx, .npy, .npz:
      return WrongKindError(
        path: path, kind: kind, advice: "a float model is needed here, and data with --data")
    }
  }

  /// Why a file cannot serve as data for `--data`; nil for what can, what is not known, and what the reader itself
  /// names.
  static func mistakenForData(_ path: String) -> WrongKindError? {
    guard let kind = FileKind(path: path) else { return nil }
    switch kind {
    case .png, .idx, .npy, .npz: return nil
    case .octet, .safetensors, .keras, .hdf5, .lite, .onnx:
      return WrongKindError(
        path: path, kind: kind,
        advice: "--data takes a folder of IDX files or of class folders, a CSV table, or arrays (.npz, .npy)")
    }
  }
}
