import OctetHost
import OctetText

/// The files beside a model that hold its weights, as PyTorch and others write them.
///
/// A model names them, and comes from anywhere: so a name leads to a file in the model's folder or below it, or
/// nowhere. A part of ".." or an absolute path is refused, and so is a symbolic link that leads out.
struct ONNXExternalData {
  let model: String
  private let folder: String
  private var files: [String: [UInt8]] = [:]
  private var bytes = 0

  init(model: String) {
    self.model = model
    let parts = model.utf8.lastIndex(of: UInt8(ascii: "/"))
    folder = parts.map { $0 == model.startIndex ? "/" : String(model[..<$0]) } ?? "."
  }

  /// Reads the elements of an array.
  mutating func load(_ tensor: inout ONNXGraph.Tensor) throws(ImportError) {
    guard let external = tensor.external else { return }
    let title = "tensor \(tensor.name.quoted) has its values in \(external.location.quoted)"
    let file = try contents(external.location, title)
    let count = tensor.count
    let size = tensor.element.bytes(count)
    guard external.length ?? size == size else {
      throw ImportError(
        path: model,
        "\(title): \(external.length ?? 0) bytes for \(count) values of \(tensor.element.bits) bits")
    }
    guard external.offset <= file.count, size <= file.count - external.offset else {
      throw ImportError(
        path: model,
        "\(title), bytes \(external.offset) to \(external.offset + size), and that file has \(file.count)")
    }
    guard let values = tensor.element.values(file[external.offset..<external.offset + size], count: count)
    else { throw ImportError(path: model, "\(title), an integer beyond 63 bits among them") }
    tensor.values = values
    tensor.external = nil
  }

  private mutating func contents(_ location: String, _ title: String) throws(ImportError) -> [UInt8] {
    if let known = files[location] { return known }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.isEmpty, location.utf8.count <= 4096, !location.utf8.contains(0),
      !location.utf8.contains(92),
      !parts.contains(".."), !parts.contains("")
    else {
      throw ImportError(path: model, "\(title), which is no name of a file in the folder of the model")
    }
    let path = Folder.join(folder, location)
    guard let found = Folder.resolved(path) else {
      throw ImportError(
        path: model,
        "\(title), and there is no such file: put it into the folder of the model, or save the model as "
          + "one file (torch.onnx.export: external_data=False)")
    }
    guard let own = Folder.resolved(folder),
      found.hasPrefix(own.utf8.last == UInt8(ascii: "/") ? own : own + "/")
    else {
      throw ImportError(
        path: model,
        "\(title), a symbolic link that leads out of the folder of the model: put the file itself there")
    }
    let read: [UInt8]
    do throws(FileError) {
      read = try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile - bytes)
    } catch {
      throw ImportError(path: model, "\(title): \(error)")
    }
    bytes += read.count
    files[location] = read
    return read
  }
}

extension ONNXGraph {
  /// Reads all values that are in other files.
  mutating func load(beside model: String) throws(ImportError) {
    var data = ONNXExternalData(model: model)
    for name in constants.keys.sorted() where constants[name]?.external != nil {
      if var tensor = constants[name] {
        try data.load(&tensor)
        constants[name] = tensor
      }
    }
    try Self.load(&nodes, &data)
    for key in Array(functions.keys) {
      if var function = functions[key] {
        try Self.load(&function.nodes, &data)
        functions[key] = function
      }
    }
  }

  private static func load(_ nodes: inout [Node], _ data: inout ONNXExternalData) throws(ImportError) {
    for index in nodes.indices {
      for (name, attribute) in nodes[index].attributes {
        guard case .tensor(var tensor) = attribute, tensor.external != nil else { continue }
        try data.load(&tensor)
        nodes[index].attributes[name] = .tensor(tensor)
      }
    }
  }
}
