import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// A model file of any format, as the .octet file that it is or becomes.
struct ModelInspection {
  /// What is shown of the .octet file. One that is still to be made is here in memory.
  let file: OctetModelFile
  /// Nil for an .octet file.
  let source: Source?

  /// The file that the .octet file would be made of.
  struct Source {
    /// With an article.
    let format: String
    let bytes: Int
    /// Its operators in their order; values are tensors of the .octet file.
    let operators: [SourceOperator]
    /// Whether scales are known already. Those of a float model follow from data.
    let hasScales: Bool
    /// Whether the model says how pictures become its input.
    let hasPictureForm: Bool
    /// What `quantize` asks for besides, if anything.
    let note: String?
  }

  /// What the user says of a file that does not say it.
  struct Options {
    let foreign: ForeignModelOptions
    /// The shape of the pictures that a flat input is made of.
    let picture: ImageShape?
  }

  /// - Throws: `RefusedModel` for a model that is described, but cannot become an .octet file.
  init(path: String, _ options: Options) throws {
    let kind = FileKind(path: path)
    if kind == .octet || (kind == nil && !Self.isModelOfOtherFormat(path)) {
      self.init(file: try OctetModelFile.open(path), source: nil)
      return
    }
    if let kind, !kind.isFloatModel {
      throw WrongKindError(
        path: path, kind: kind,
        advice: "octet inspect takes models: .octet, "
          + FloatModelSource.suffixes.joined(separator: ", "))
    }
    if let mistake = FileKind.mistakenForFloat(path) { throw mistake }
    guard let format = ForeignFileFormat(path: path) else {
      try self.init(FloatModelFile.load(path: path), path: path, "a model of Octet", options)
      return
    }
    let bytes = try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile)
    do {
      if let network = try IntegerModelSource.read(bytes, path: path) {
        try self.init(network, options, bytes: bytes.count)
        return
      }
      try self.init(
        FloatModel(format, bytes, path: path), path: path,
        format.words, options)
    } catch let refused as RefusedModel {
      throw refused
    } catch {
      guard let outline = ModelOutline(format, bytes) else { throw error }
      throw RefusedModel(path: path, format: format.words, content: .operators(outline), cause: error)
    }
  }

  private init(file: OctetModelFile, source: Source?) {
    self.file = file
    self.source = source
  }

  private static func isModelOfOtherFormat(_ path: String) -> Bool {
    FloatModelSource.suffixes.contains(where: path.lowercased().hasSuffix)
  }

  private init(_ network: LiteNetwork, _ options: Options, bytes: Int) throws {
    let made = try IntegerConversion(
      network, nil, DataRequest(network, isKept: true), options.foreign, picture: options.picture)
    file = OctetModelFile(path: network.path, model: made.model, bytes: made.file.bytes)
    source = Source(
      format: network.rules == .lite
        ? "a full-integer TensorFlow Lite model" : "an ONNX model of integers (QuantizeLinear)", bytes: bytes,
      operators: made.sources,
      hasScales: true, hasPictureForm: true, note: nil)
  }

  private init(_ read: FloatModel, path: String, _ format: String, _ options: Options) throws {
    do {
      var model = try FloatModelSource.decided(
        read, path: path, given: options.foreign.classNames, targets: .none)
      if let pixels = options.foreign.pixels { model = try model.taking(pixels: pixels) }
      let isOwn = FloatModelSource.isOwn(path)
      let request = DataRequest(read, path: path, PictureOptions(), isKept: true)
      model.pictureForm = request.known
      let outline = try QuantizedNetwork(
        outlineOf: model,
        picture: options.picture
          ?? (isOwn && request.known != nil && read.network.input.isFlat ? request.picture : nil),
        inputKind: request.randomKind == nil ? .pictures : .features)
      let quantized = outline.model
      if let fault = quantized.fault { throw QuantizationError.limit(fault) }
      let bytes = OctetFile(quantized).bytes
      file = OctetModelFile(path: path, model: try Model(copying: bytes, workLimit: .max), bytes: bytes)
      source = Source(
        format: format, bytes: try ByteFile.start(of: path, count: 1).size,
        operators: model.sourceOperators.renumbered(outline.network.values),
        hasScales: false, hasPictureForm: request.known != nil,
        note: read.scalesPixels && options.foreign.pixels == nil
          ? "its first layer scales its input: for pictures quantize asks for --pixels" : nil)
    } catch {
      throw RefusedModel(path: path, format: format, content: .network(read.network), cause: error)
    }
  }
}

extension FloatModel {
  /// The operators of its file, and the values of the network that hold what they give.
  fileprivate var sourceOperators: [SourceOperator] {
    guard sources.isEmpty else { return sources }
    return network.layers.enumerated().map { index, layer in
      let computes = layer.kind.specification.computes || layer.activation != .linear
      // The keyword of an activation alone is that of the function.
      let keyword = layer.kind.keyword
      let function = layer.activation.word
      let kind = layer.activation == .linear || keyword == function ? keyword : "\(keyword) \(function)"
      return SourceOperator(kind: kind, name: layer.name, computes: computes, value: index + 1)
    }
  }
}

extension ForeignFileFormat {
  /// With an article.
  var words: String {
    switch self {
    case .onnx: "an ONNX model"
    case .keras, .hdf5: "a Keras model"
    case .lite: "a TensorFlow Lite model"
    }
  }
}
