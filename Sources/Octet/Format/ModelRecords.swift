/// Tensors and layers as records: those of a file, or of a plan that is still to become one.
package protocol RecordSource {
  /// Layers that compute; there is a tensor more.
  var layerCount: Int { get }
  /// Tensor 0 is the input, tensor `i` the output of layer `i - 1`.
  func tensor(_ index: Int) -> TensorRecord
  func layer(_ index: Int) -> LayerRecord

  /// The first tensor that a layer reads. For the row order, which looks at every layer before each row: the kind need
  /// not be told for it.
  func firstInput(_ index: Int) -> Int

  /// The constants of layer `index`, for kinds whose rows follow from them.
  func constants(_ index: Int, _ layer: LayerRecord) -> ModelBytes
}

extension RecordSource {
  /// Layer `index` with its input and output.
  @inline(__always)
  package func shape(_ index: Int) -> LayerShape {
    let layer = layer(index)
    return LayerShape(
      layer, input: tensor(Int(layer.input)), output: tensor(index &+ 1), constants: constants(index, layer))
  }
}

/// The records of a file, read in place. A view without owner, so that handing it around counts no references: what all
/// threads share costs them more than a small network.
package struct ModelRecords: RecordSource, Sendable {
  let bytes: ModelBytes
  package let layerCount: Int

  #if hasFeature(Embedded)
    @inline(__always)
    private var own: ModelBytes { bytes }
  #else
    /// Where the records of tensors and layers are: those of the file, or a copy that has other rings.
    private var own: ModelBytes
  #endif

  init(_ bytes: ModelBytes, layerCount: Int) {
    self.bytes = bytes
    self.layerCount = layerCount
    #if !hasFeature(Embedded)
      own = bytes
    #endif
  }

  @inline(__always)
  package func tensor(_ index: Int) -> TensorRecord {
    TensorRecord(ModelBytes(own.pointer(Self.tensorOffset(index))))
  }

  /// Layer `index`, whose kind the loader has checked.
  @inline(__always)
  package func layer(_ index: Int) -> LayerRecord {
    guard let layer = uncheckedLayer(index) else { preconditionFailure("checked on loading") }
    return layer
  }

  /// Nil for a kind that this program cannot run.
  @inline(__always)
  func uncheckedLayer(_ index: Int) -> LayerRecord? {
    LayerRecord(ModelBytes(own.pointer(layerOffset(index))))
  }

  @inline(__always)
  package func firstInput(_ index: Int) -> Int {
    Int(own.half(layerOffset(index) &+ LayerRecord.Field.input))
  }

  @inline(__always)
  package func constants(_ index: Int, _ layer: LayerRecord) -> ModelBytes {
    ModelBytes(bytes.pointer(layer.constantsOffset))
  }

  /// The weights of a layer that has some, in the order of the file.
  package func weights(_ shape: LayerShape) -> UnsafePointer<Int8> {
    bytes.signed(Constants(shape, offset: shape.layer.constantsOffset).weights)
  }

  /// The constants of a layer that has some in place of its second input.
  @inline(__always)
  package func operandConstants(_ shape: LayerShape) -> UnsafePointer<Int8> {
    bytes.signed(shape.layer.constantsOffset &+ FileFormat.inputFactorsBytes)
  }

  /// The results of a layer that is a table, that for -128 first.
  @inline(__always)
  package func table(_ shape: LayerShape) -> UnsafePointer<Int8> { bytes.signed(shape.layer.constantsOffset) }

  /// Bytes of the file; the loader has compared the header's field with them.
  var byteCount: UInt32 { bytes.word(FileFormat.length) }

  #if !hasFeature(Embedded)
    /// Bytes of the header and the records, which come first in the file.
    package var recordsBytes: Int { Int(layerOffset(layerCount)) }

    /// The same model with other rings.
    ///
    /// - Parameters:
    ///   - copy: `recordsBytes` bytes at a multiple of 4, good as long as the records are used.
    ///   - change: gets the copy of each tensor's record, and then of each layer's.
    package func relaid(
      in copy: UnsafeMutableRawPointer, tensor: (Int, UnsafeMutableRawPointer) -> Void,
      layer: (Int, UnsafeMutableRawPointer) -> Void
    ) -> ModelRecords {
      copy.copyMemory(from: bytes.start, byteCount: recordsBytes)
      for index in 0...layerCount { tensor(index, copy + Int(Self.tensorOffset(index))) }
      for index in 0..<layerCount { layer(index, copy + Int(layerOffset(index))) }
      var records = self
      records.own = ModelBytes(UnsafeRawPointer(copy))
      return records
    }
  #endif

  @inline(__always)
  static func tensorOffset(_ index: Int) -> UInt32 {
    FileFormat.headerBytes &+ FileFormat.tensorBytes &* UInt32(truncatingIfNeeded: index)
  }

  @inline(__always)
  func layerOffset(_ index: Int) -> UInt32 {
    Self.tensorOffset(layerCount &+ 1) &+ FileFormat.layerBytes &* UInt32(truncatingIfNeeded: index)
  }
}
