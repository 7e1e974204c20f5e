#if !hasFeature(Embedded)
  /// Records that are still to become a file: the same bytes, where fields can be set.
  package final class RecordDraft: RecordSource {
    package let layerCount: Int
    private let start: UnsafeMutableRawPointer
    // Views of the bytes: a planner looks at all of them for each row of hundreds of walks.
    private let tensors: [TensorRecord]
    private let layers: [LayerRecord]
    /// Constants of layers whose rows follow from them.
    private let constants: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>

    /// A tensor for the input and for each layer, and a layer of each of these kinds. All fields are 0.
    package init(_ kinds: [LayerKind]) {
      layerCount = kinds.count
      let bytes = Self.offset(layer: kinds.count, of: kinds.count)
      let start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4)
      start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      self.start = start
      tensors = (0...kinds.count).map {
        TensorRecord(ModelBytes(UnsafeRawPointer(start + Self.offset(tensor: $0))))
      }
      layers = kinds.enumerated().map { index, kind in
        let place = start + Self.offset(layer: index, of: kinds.count)
        place.storeBytes(of: kind.rawValue, toByteOffset: Int(LayerRecord.Field.kind), as: UInt8.self)
        guard let layer = LayerRecord(ModelBytes(UnsafeRawPointer(place))) else {
          preconditionFailure("made with a kind that there is")
        }
        return layer
      }
      constants = .allocate(capacity: kinds.count)
      constants.initialize(repeating: nil)
    }

    deinit {
      start.deallocate()
      for pointer in constants { pointer?.deallocate() }
      constants.deallocate()
    }

    /// All of them in the order of the file: tensors, then layers.
    package var fileBytes: [UInt8] {
      Array(UnsafeRawBufferPointer(start: start, count: Self.offset(layer: layerCount, of: layerCount)))
    }

    package func tensor(_ index: Int) -> TensorRecord { tensors[index] }

    package func layer(_ index: Int) -> LayerRecord { layers[index] }

    package func firstInput(_ index: Int) -> Int { Int(layers[index].input) }

    package func constants(_ index: Int, _ layer: LayerRecord) -> ModelBytes {
      constants[index].map { ModelBytes(UnsafeRawPointer($0)) } ?? layer.bytes
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
      return start + Self.offset(tensor: index)
    }

    private func place(layer index: Int) -> UnsafeMutableRawPointer {
      precondition(index >= 0 && index < layerCount, "there is no such layer")
      return start + Self.offset(layer: index, of: layerCount)
    }

    private static func offset(tensor index: Int) -> Int { index * Int(FileFormat.tensorBytes) }

    private static func offset(layer index: Int, of count: Int) -> Int {
      offset(tensor: count + 1) + index * Int(FileFormat.layerBytes)
    }
  }
#endif
