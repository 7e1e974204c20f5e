import OctetHost
import OctetNetwork
import OctetText

/// A safetensors file on its way to becoming a model or a checkpoint: every complaint names the file.
struct ModelContainer {
  /// Twice the largest network's checkpoint: 2^26 parameters, two optimizer slots and the best weights for each, at
  /// four bytes a number.
  static let largestFile = 2 << 30

  /// Far above any network that can be trained here; bounds the time for reading an untrusted one.
  static let longestNetwork = 1 << 16

  let path: String
  private let file: SafetensorsFile

  init(path: String) throws(ModelFileError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try ByteFile.stored(at: path, limit: Self.largestFile)
    } catch {
      throw .file(error)
    }
    try self.init(bytes, path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(ModelFileError) {
    self.path = path
    do throws(SafetensorsError) {
      file = try SafetensorsFile(bytes)
    } catch {
      throw .format(path: path, error)
    }
  }

  static func writer(
    path: String, metadata: [(name: String, value: String)], tensors: [NamedValues]
  ) throws(ModelFileError) -> SafetensorsWriter {
    do throws(SafetensorsError) {
      return try SafetensorsWriter(metadata: metadata, tensors: tensors)
    } catch {
      throw .format(path: path, error)
    }
  }

  static func save(_ writer: SafetensorsWriter, path: String) throws(ModelFileError) {
    do throws(FileError) {
      try AtomicFile.write(path: path) { (file) throws(FileError) in
        try writer.forEachPart { (part) throws(FileError) in try file.append(part) }
      }
    } catch {
      throw .file(error)
    }
  }

  func failure(_ reason: String) -> ModelFileError { .content(path: path, reason) }

  // MARK: Texts

  func text(_ name: String) -> String? { file.metadata[name] }

  func requiredText(_ name: String) throws(ModelFileError) -> String {
    guard let text = text(name) else { throw failure("its metadata has no \"\(name)\"") }
    return text
  }

  func requireFormat(_ expected: String, what: String) throws(ModelFileError) {
    guard let format = text("format") else {
      throw failure("it is not a \(what) of Octet: its metadata has no \"format\"")
    }
    guard format == expected else {
      throw failure(
        "it is not a \(what) that this version reads: its format is \(format.quoted), not \"\(expected)\"")
    }
  }

  func json<Value: Decodable>(_ name: String, _ type: Value.Type) throws(ModelFileError) -> Value {
    let text = try requiredText(name)
    do {
      return try UntrustedJSON.decode(type, from: text)
    } catch {
      throw failure("its \"\(name)\" cannot be read: \(UntrustedJSON.reason(error))")
    }
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ModelFileError) -> Int {
    let text = try requiredText(name)
    guard let value = Int(text), range.contains(value) else {
      throw failure(
        "its \"\(name)\" is \(text.quoted), not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// - Parameter endsFlat: whether it must be a plain network that ends with one row of numbers.
  func network(endsFlat: Bool = true) throws(ModelFileError) -> NetworkDescription {
    let text = try requiredText("network")
    guard text.utf8.count <= Self.longestNetwork else {
      throw failure("its \"network\" has \(text.utf8.count) bytes; the limit is \(Self.longestNetwork)")
    }
    do throws(NetworkError) {
      return try NetworkDescription(text: text, endsFlat: endsFlat)
    } catch {
      throw failure("its network: \(error.description.shown(atMost: 300))")
    }
  }

  /// No epoch takes longer than this, which is thirty years.
  static let longestEpoch = 1e9

  /// The records of epochs 1, 2, 3, … A loss may be infinite or no number, as when training failed; a time may not.
  func history() throws(ModelFileError) -> [EpochRecord] {
    let history = try json("history", [EpochRecord].self)
    for (index, record) in history.enumerated() {
      guard record.epoch == index + 1 else {
        throw failure("its history names epoch \(record.epoch) where epoch \(index + 1) should be")
      }
      let seconds = record.seconds ?? 0
      guard (0...Self.longestEpoch).contains(seconds) else {
        throw failure(
          "its history gives epoch \(record.epoch) \(seconds) seconds, not a number from 0 to 1000000000"
        )
      }
      let rate = record.imagesPerSecond ?? 0
      guard rate.isFinite, rate >= 0 else {
        throw failure(
          "its history gives epoch \(record.epoch) \(rate) images a second, not a number from 0"
        )
      }
    }
    return history
  }

  // MARK: Tensors

  /// The tensors in the order of `shapes`, which names all there may be.
  func tensors(_ shapes: [TensorShape]) throws(ModelFileError) -> [NamedValues] {
    var entries: [String: SafetensorsFile.Entry] = [:]
    for entry in file.entries { entries[entry.name] = entry }
    var tensors: [NamedValues] = []
    for expected in shapes {
      guard let entry = entries.removeValue(forKey: expected.name) else {
        throw failure("tensor \(expected.name.quoted) of shape \(expected.shape) is missing")
      }
      guard entry.shape == expected.shape else {
        throw failure(
          "tensor \(expected.name.quoted) has shape \(entry.shape), the network needs \(expected.shape)")
      }
      do throws(SafetensorsError) {
        tensors.append(NamedValues(name: entry.name, shape: entry.shape, values: try file.values(of: entry)))
      } catch {
        throw .format(path: path, error)
      }
    }
    if let unknown = file.entries.first(where: { entries[$0.name] != nil }) {
      throw failure("tensor \(unknown.name.quoted) belongs to no layer of the network")
    }
    if let reason = Self.notFinite(tensors) { throw failure(reason) }
    return tensors
  }

  static func notFinite(_ tensors: [NamedValues]) -> String? {
    for tensor in tensors {
      guard let index = tensor.values.firstIndex(where: { !$0.isFinite }) else { continue }
      return
        "tensor \(tensor.name.quoted) holds \(tensor.values[index]) at index \(index): every value must be finite"
    }
    return nil
  }
}

/// A tensor that a file must have.
struct TensorShape {
  let name: String
  let shape: [Int]
}

extension NetworkDescription {
  /// Every parameter with the name of its layer, as files name them, and whether it is trained.
  func namedParameters() throws(NetworkError) -> [(tensor: TensorShape, isTrained: Bool)] {
    zip(layers, try parameters()).flatMap { layer, parameters in
      parameters.map { (TensorShape(name: "\(layer.name).\($0.name)", shape: $0.shape), $0.isTrained) }
    }
  }
}
