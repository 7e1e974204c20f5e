/// A model that has passed every check, read in place: nothing is copied, so it is as small as a pointer.
///
/// It never changes, so any number of sessions on any threads may share one.
public struct Model: Sendable {
  /// Tensors and layers.
  package let records: ModelRecords
  /// Bytes of arena that a session needs.
  public let arenaBytes: Int
  /// Classes it tells apart.
  public let classCount: Int
  /// What its probabilities are.
  public let head: Head
  package let probabilityStep: UInt32
  private let labelsOffset: UInt32

  #if !hasFeature(Embedded)
    /// Keeps the bytes alive where another object owns them.
    var owner: (any AnyObject & Sendable)?
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
    records = ModelRecords(bytes: header.bytes, layerCount: Int(header.layerCount))
    arenaBytes = Int(header.arenaBytes)
    classCount = Int(header.classCount)
    head = header.head
    probabilityStep = header.probabilityStep
    labelsOffset = header.labelsOffset
    try records.checkTensors(header)
    try records.checkLayers(header, workLimit: workLimit)
    try records.checkArena(header)
    try records.checkRowOrder()
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
  package var logits: TensorRecord { tensor(layerCount) }

  /// Rows of an image.
  public var imageHeight: Int { Int(input.height) }
  /// Pixels in a row.
  public var imageWidth: Int { Int(input.width) }
  /// Bytes of a pixel.
  public var imageChannels: Int { Int(input.channels) }

  /// How pictures become images of this size.
  public var pictureForm: PictureForm { PictureForm(byte: records.bytes.byte(FileFormat.pictureForm)) }

  /// A row of the image in bytes, as it is fed.
  public var imageRowBytes: Int { input.rowValues }
  /// The whole image in bytes.
  public var imageBytes: Int { Int(input.height) &* input.rowValues }

  /// The name of a class in UTF-8, without control characters and those that turn the direction of writing.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to `classCount - 1`.
  public func label(_ index: Int) -> UnsafeRawBufferPointer {
    precondition(index >= 0 && index < classCount, "there is no such class")
    var offset = labelsOffset
    for _ in 0..<index { offset &+= 1 &+ UInt32(records.bytes.byte(offset)) }
    return UnsafeRawBufferPointer(
      start: records.bytes.pointer(offset &+ 1), count: Int(records.bytes.byte(offset)))
  }
}
