/// A model that has passed every check, read in place: nothing is copied, so it is as small as a pointer.
///
/// It never changes, so any number of sessions on any threads may share one.
public struct Model: Sendable {
  let bytes: ModelBytes
  /// Bytes of arena that a session needs.
  public let arenaBytes: Int
  /// Layers that compute; flattening and the head are not among them.
  public let layerCount: Int
  /// Classes it tells apart.
  public let classCount: Int
  /// What its probabilities are.
  public let head: Head
  let probabilityStep: UInt32
  let labelsOffset: UInt32
  let labelsBytes: UInt32

  #if !hasFeature(Embedded)
    /// Keeps the bytes alive where they belong to somebody.
    var owner: (any AnyObject & Sendable)?
  #endif

  /// Checks the file and reads it in place.
  ///
  /// - Parameters:
  ///   - file: the whole file, starting at a multiple of 4. It must stay, unchanged, as long as the model or a
  ///     session made from it is used; flash and memory maps do.
  ///   - workLimit: the most operations that an image may take, as `Work.total` counts them. A file of 4 KB can ask for
  ///     minutes of work, so whoever takes untrusted models and must answer in time sets this lower.
  public init(
    readingInPlace file: UnsafeRawBufferPointer, workLimit: UInt64 = Work.defaultLimit
  ) throws(ModelError) {
    let header = try Header(file)
    bytes = header.bytes
    arenaBytes = Int(header.arenaBytes)
    layerCount = Int(header.layerCount)
    classCount = Int(header.classCount)
    head = header.head
    probabilityStep = header.probabilityStep
    labelsOffset = header.labelsOffset
    labelsBytes = header.labelsBytes
    try checkTensors(header)
    try checkLayers(header, workLimit: workLimit)
    try checkArena()
    try checkRowOrder()
  }

  /// Tensor 0 is the input, tensor `i` the output of layer `i - 1`.
  #if !OCTET_SMALL_CODE
    @inline(__always)
  #endif
  package func tensor(_ index: Int) -> TensorRecord {
    TensorRecord(bytes, at: Self.tensorOffset(index))
  }

  /// Layer `index`, whose kind the loader has checked.
  #if !OCTET_SMALL_CODE
    @inline(__always)
  #endif
  package func layer(_ index: Int) -> LayerRecord {
    guard let layer = LayerRecord(bytes, at: layerOffset(index)) else {
      preconditionFailure("checked on loading")
    }
    return layer
  }

  // Single fields, for the row order: it looks at every layer before each row, and a whole record costs as much as some rows.

  /// The kind of a layer, as in the file.
  @inline(__always)
  func kindByte(_ index: Int) -> UInt8 { bytes.byte(layerOffset(index)) }

  /// The first tensor that a layer reads.
  @inline(__always)
  func firstInput(_ index: Int) -> Int { Int(bytes.half(layerOffset(index) &+ 2)) }

  package var input: TensorRecord { tensor(0) }
  package var logits: TensorRecord { tensor(layerCount) }

  /// Rows of an image.
  public var imageHeight: Int { Int(input.height) }
  /// Pixels in a row.
  public var imageWidth: Int { Int(input.width) }
  /// Bytes of a pixel.
  public var imageChannels: Int { Int(input.channels) }

  /// How pictures become images of this size.
  public var pictureForm: PictureForm { PictureForm(byte: bytes.byte(FileFormat.pictureForm)) }

  /// A row of the image in bytes, as it is fed.
  public var imageRowBytes: Int { input.rowValues }
  /// The whole image in bytes.
  public var imageBytes: Int { Int(input.height) &* input.rowValues }

  @inline(__always)
  static func tensorOffset(_ index: Int) -> UInt32 {
    FileFormat.headerBytes &+ FileFormat.tensorBytes &* UInt32(truncatingIfNeeded: index)
  }

  @inline(__always)
  func layerOffset(_ index: Int) -> UInt32 {
    Self.tensorOffset(layerCount &+ 1) &+ FileFormat.layerBytes &* UInt32(truncatingIfNeeded: index)
  }

  /// The name of a class in UTF-8, without control characters and those that turn the direction of writing.
  ///
  /// Stops the program (a trap) unless `index` is from 0 to `classCount - 1`.
  public func label(_ index: Int) -> UnsafeRawBufferPointer {
    precondition(index >= 0 && index < classCount, "there is no such class")
    var offset = labelsOffset
    for _ in 0..<index { offset &+= 1 &+ UInt32(bytes.byte(offset)) }
    return UnsafeRawBufferPointer(start: bytes.pointer(offset &+ 1), count: Int(bytes.byte(offset)))
  }
}
