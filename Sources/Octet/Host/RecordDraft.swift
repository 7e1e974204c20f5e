#if !hasFeature(Embedded)
  /// Records that are still to become a file: the same bytes, where fields can be set.
  package final class RecordDraft: RecordSource {
    package let layerCount: Int
    private let memory: UnsafeMutableRawBufferPointer
    /// Constants of layers whose rows follow from them.
    private var constants: [Int: UnsafeMutableRawPointer] = [:]

    /// A tensor for the input and for each layer, and a layer of each of these kinds. All fields are 0.
    package init(_ kinds: [LayerKind]) {
      layerCount = kinds.count
      let bytes =
        (kinds.count + 1) * Int(FileFormat.tensorBytes) + kinds.count * Int(FileFormat.layerBytes)
      memory = .allocate(byteCount: bytes, alignment: 4)
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      for (index, kind) in kinds.enumerated() { set(LayerRecord.Field.kind, ofLayer: index, kind.rawValue) }
    }

    deinit {
      memory.deallocate()
      for pointer in constants.values { pointer.deallocate() }
    }

    /// All of them in the order of the file: tensors, then layers.
    package var fileBytes: [UInt8] { Array(memory) }

    package func tensor(_ index: Int) -> TensorRecord {
      TensorRecord(ModelBytes(UnsafeRawPointer(place(tensor: index))))
    }

    package func layer(_ index: Int) -> LayerRecord {
      guard let layer = LayerRecord(ModelBytes(UnsafeRawPointer(place(layer: index)))) else {
        preconditionFailure("made with a kind that there is")
      }
      return layer
    }

    package func firstInput(_ index: Int) -> Int { Int(layer(index).input) }

    package func constants(_ index: Int, _ layer: LayerRecord) -> ModelBytes {
      ModelBytes(constants[index].map { UnsafeRawPointer($0) } ?? UnsafeRawPointer(place(layer: index)))
    }

    /// Gives a layer the constants that its rows follow from.
    package func set(constants bytes: [UInt8], ofLayer index: Int) {
      constants[index]?.deallocate()
      let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 4)
      bytes.withUnsafeBytes { source in
        if let start = source.baseAddress { copy.copyMemory(from: start, byteCount: source.count) }
      }
      constants[index] = copy
    }

    package func set(_ field: UInt32, ofTensor index: Int, _ value: some FixedWidthInteger) {
      (place(tensor: index) + Int(field)).storeBytes(of: value.littleEndian, as: type(of: value))
    }

    package func set(_ field: UInt32, ofLayer index: Int, _ value: some FixedWidthInteger) {
      (place(layer: index) + Int(field)).storeBytes(of: value.littleEndian, as: type(of: value))
    }

    /// Marks a layer that waits for its whole input, or unmarks it.
    package func setWaits(ofLayer index: Int, _ waits: Bool) {
      let flags = layer(index).bytes.byte(LayerRecord.Field.flags) & ~LayerRecord.Flag.waits
      set(LayerRecord.Field.flags, ofLayer: index, flags | (waits ? LayerRecord.Flag.waits : 0))
    }

    private func place(tensor index: Int) -> UnsafeMutableRawPointer {
      precondition(index >= 0 && index <= layerCount, "there is no such tensor")
      return start + index * Int(FileFormat.tensorBytes)
    }

    private func place(layer index: Int) -> UnsafeMutableRawPointer {
      precondition(index >= 0 && index < layerCount, "there is no such layer")
      return start + (layerCount + 1) * Int(FileFormat.tensorBytes) + index * Int(FileFormat.layerBytes)
    }

    private var start: UnsafeMutableRawPointer {
      guard let start = memory.baseAddress else { preconditionFailure("there is at least a tensor") }
      return start
    }
  }
#endif
