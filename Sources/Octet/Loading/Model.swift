/// A model that has passed every check, read in place: nothing is copied, so it is as small as a pointer.
///
/// It never changes, so any number of sessions on any threads may share one.
public struct Model: Sendable {
  /// Tensors and layers.
  package let records: ModelRecords
  /// Bytes of arena that a session needs.
  public let arenaBytes: Int
  /// Outputs, of which there is at least one.
  public let outputCount: Int
  private let outputsOffset: UInt32
  private let pixelMapOffset: UInt32

  #if !hasFeature(Embedded)
    /// Keeps the bytes alive where another object owns them.
    var owner: (any AnyObject & Sendable)?
    /// Whether it is fed integers plus 128 in place of pixels.
    private var isFedIntegers = false

    /// The model where what goes in is not pixels, but the integers that pixels become: each byte is one plus 128.
    package var takingIntegers: Model {
      var model = self
      model.isFedIntegers = true
      return model
    }
  #endif

  /// Checks the file and reads it in place.
  ///
  /// - Parameters:
  ///   - file: the whole file, starting at a multiple of 4. It must stay, unchanged, as long as the model or a
  ///     session made from it is used; flash and memory maps do.
  ///   - workLimit: the most operations that an image may take, as `Work.total` counts them. A file of 4 KB can ask for
  ///     minutes of work, so a program that takes untrusted models and must answer in time sets this lower.
  public init(
    readingInPlace file: UnsafeRawBufferPointer, workLimit: UInt64 = Work.defaultLimit
  ) throws(ModelError) {
    let header = try Header(file)
    records = ModelRecords(header.bytes, layerCount: Int(header.layerCount))
    arenaBytes = Int(header.arenaBytes)
    outputCount = Int(header.outputCount)
    outputsOffset = header.outputsOffset
    pixelMapOffset = header.constantsOffset
    try records.checkTensors(header)
    let constants = try records.checkInput(header)
    try records.checkOutputs(header)
    try records.checkLayers(header, constants: constants, workLimit: workLimit)
    try records.checkArena(header)
    try records.checkRowOrder(header)
  }

  /// Layers that compute; flattening and the head are not among them.
  public var layerCount: Int { records.layerCount }

  /// Tensor 0 is the input, tensor `i` the output of layer `i - 1`.
  @inline(__always)
  package func tensor(_ index: Int) -> TensorRecord { records.tensor(index) }

  @inline(__always)
  package func layer(_ index: Int) -> LayerRecord { records.layer(index) }

  /// A layer with its input and output.
  @inline(__always)
  package func shape(_ index: Int) -> LayerShape { records.shape(index) }

  package var input: TensorRecord { tensor(0) }

  /// What the file says about an output, counted from 0 and below `outputCount`.
  @inline(__always)
  package func output(_ index: Int) -> OutputRecord {
    precondition(index >= 0 && index < outputCount, "there is no such output")
    return OutputRecord(
      ModelBytes(
        records.bytes.pointer(
          outputsOffset &+ FileFormat.outputBytes &* UInt32(truncatingIfNeeded: index))))
  }

  /// What the values of an output say.
  public func meaning(ofOutput index: Int = 0) -> OutputMeaning { output(index).knownMeaning ?? .numbers }
  /// What the probabilities of an output are.
  public func head(ofOutput index: Int = 0) -> Head { output(index).knownHead ?? .linear }

  /// Classes or labels that an output tells apart; 0 for numbers.
  public func classCount(ofOutput index: Int = 0) -> Int {
    let channels = Int(tensor(output(index).tensor).channels)
    switch meaning(ofOutput: index) {
    case .classes: return max(channels, 2)
    case .labels: return channels
    case .numbers: return 0
    }
  }

  /// Of the first output, which most models have alone.
  public var meaning: OutputMeaning { meaning() }
  /// Likewise.
  public var head: Head { head() }
  /// Likewise.
  public var classCount: Int { classCount() }
  /// The tensor of the first output.
  package var logits: TensorRecord { tensor(output(0).tensor) }

  /// Rows of an image.
  public var imageHeight: Int { Int(input.height) }
  /// Pixels in a row.
  public var imageWidth: Int { Int(input.width) }
  /// Bytes of a pixel.
  public var imageChannels: Int { Int(input.channels) }

  /// How pictures become images of this size.
  public var pictureForm: PictureForm {
    let bytes = records.bytes
    return PictureForm(
      fit: bytes.byte(FileFormat.fit), inversion: bytes.byte(FileFormat.inversion),
      order: bytes.byte(FileFormat.channelOrder)) ?? .unchanged
  }
  /// What goes in.
  public var inputKind: InputKind { records.inputKind }

  /// How pixels become the input's integers; nil where that is the pixel less 128.
  package var pixelMap: PixelMap? {
    #if !hasFeature(Embedded)
      if isFedIntegers { return nil }
    #endif
    return !IncludedKinds.pixelMap || records.bytes.byte(FileFormat.pixelMap) == 0
      ? nil : PixelMap(records.bytes.words(pixelMapOffset), channels: imageChannels)
  }

  /// A row of the image in bytes, as it is fed.
  public var imageRowBytes: Int { input.rowValues }
  /// The whole image in bytes.
  public var imageBytes: Int { Int(input.height) &* input.rowValues }

  /// Whether the classes, labels or numbers of an output have names.
  public func hasNames(ofOutput index: Int = 0) -> Bool {
    IncludedKinds.names && output(index).namesBytes > 0
  }

  /// The name of a class, label or number in UTF-8, without control characters and those that turn the direction of
  /// writing; empty for an output without names.
  ///
  /// Stops the program (a trap) unless there is such an output, and a name for each of its values.
  public func label(_ index: Int, ofOutput output: Int = 0) -> UnsafeRawBufferPointer {
    let record = self.output(output)
    guard IncludedKinds.names, record.namesBytes > 0 else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let count = max(classCount(ofOutput: output), Int(tensor(record.tensor).channels))
    precondition(index >= 0 && index < count, "there is no such class")
    var offset = record.namesOffset
    for _ in 0..<index { offset &+= 1 &+ UInt32(records.bytes.byte(offset)) }
    return UnsafeRawBufferPointer(
      start: records.bytes.pointer(offset &+ 1), count: Int(records.bytes.byte(offset)))
  }
}

#if !hasFeature(Embedded)
  extension Model {
    /// Whether the file has names for its layers.
    public var hasLayerNames: Bool { records.bytes.byte(FileFormat.layerNames) == 1 }

    /// The names of all layers, in UTF-8 as those of classes; empty for one without a name of its own, and none at all
    /// where the file has no names of layers.
    public var storedLayerNames: [UnsafeRawBufferPointer] {
      guard hasLayerNames else { return [] }
      // Behind those of all outputs.
      var offset =
        FileFormat.headerBytes + FileFormat.tensorBytes * (UInt32(layerCount) + 1)
        + FileFormat.layerBytes * UInt32(layerCount) + FileFormat.outputBytes * UInt32(outputCount)
      for index in 0..<outputCount { offset += output(index).namesBytes }
      return (0..<layerCount).map { _ in
        let length = UInt32(records.bytes.byte(offset))
        defer { offset += 1 + length }
        return UnsafeRawBufferPointer(start: records.bytes.pointer(offset + 1), count: Int(length))
      }
    }
  }
#endif
