import OctetText

/// The tensors and the free text of a safetensors file, checked, and still in the file's bytes.
///
/// Whatever the bytes are, making one either succeeds or throws; it allocates no more than in proportion to them.
package struct SafetensorsFile: Sendable {
  package struct Entry: Equatable, Sendable {
    package let name: String
    package let element: SafetensorsElement
    package let shape: [Int]
    /// Where in the file its numbers are; as long as shape and element say.
    let range: Range<Int>
  }

  package let metadata: [String: String]
  /// In the order of their numbers.
  package let entries: [Entry]
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) throws(SafetensorsError) {
    let dataStart = try Self.dataStart(bytes)
    let header = try SafetensorsHeader(bytes[SafetensorsFormat.lengthBytes..<dataStart])
    entries = try Self.layOut(header.tensors, dataStart: dataStart, dataCount: bytes.count - dataStart)
    metadata = header.metadata
    self.bytes = bytes
  }

  /// The end of the header, which is inside the file.
  private static func dataStart(_ bytes: [UInt8]) throws(SafetensorsError) -> Int {
    guard bytes.count >= SafetensorsFormat.lengthBytes else {
      throw SafetensorsError(
        field: "file size", value: "\(bytes.count)",
        "a safetensors file has at least 8 bytes; this one was cut short")
    }
    let length = bytes.prefix(SafetensorsFormat.lengthBytes).reversed().reduce(0 as UInt64) {
      $0 << 8 | UInt64($1)
    }
    guard length <= SafetensorsFormat.largestHeader else {
      throw SafetensorsError(
        field: "header length", value: "\(length)",
        "at most \(SafetensorsFormat.largestHeader) is allowed; this is not a safetensors file, or it is damaged"
      )
    }
    let room = bytes.count - SafetensorsFormat.lengthBytes
    guard length <= room else {
      throw SafetensorsError(
        field: "header length", value: "\(length)",
        "only \(room) bytes follow; the file was cut short or is no "
          + "safetensors file")
    }
    return SafetensorsFormat.lengthBytes + Int(length)
  }

  /// Checks that the tensors fill the data without gaps and overlaps, each as long as its shape.
  private static func layOut(
    _ tensors: [SafetensorsHeader.Tensor], dataStart: Int, dataCount: Int
  ) throws(SafetensorsError) -> [Entry] {
    // Empty tensors share their offset with the next one; names make the order the same every time.
    let sorted = tensors.sorted { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
    var entries: [Entry] = []
    var position = 0
    for tensor in sorted {
      let offsets = "[\(tensor.start), \(tensor.end)]"
      guard let element = SafetensorsElement(rawValue: tensor.element) else {
        throw SafetensorsError(
          tensor: tensor.name, field: "dtype", value: tensor.element.quoted,
          "supported are \(SafetensorsElement.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      guard tensor.start == position else {
        throw SafetensorsError(
          tensor: tensor.name, field: "data_offsets", value: offsets,
          tensor.start < position
            ? "it overlaps another tensor, which ends at \(position)"
            : "nothing uses the bytes from \(position)")
      }
      guard tensor.end >= tensor.start, tensor.end <= dataCount else {
        throw SafetensorsError(
          tensor: tensor.name, field: "data_offsets", value: offsets,
          tensor.end < tensor.start
            ? "the end comes before the start" : "the file has only \(dataCount) bytes of data")
      }
      // What the shape claims, by checked products: only then may it be held against the offsets.
      let byteCount = SafetensorsFormat.elementCount(tensor.shape)?
        .multipliedReportingOverflow(by: element.byteCount)
      guard let byteCount, !byteCount.overflow else {
        throw SafetensorsError(
          tensor: tensor.name, field: "shape", value: "\(tensor.shape)",
          "it has more numbers than 64 bits can count")
      }
      guard byteCount.partialValue == tensor.end - tensor.start else {
        throw SafetensorsError(
          tensor: tensor.name, field: "data_offsets", value: offsets,
          "the shape \(tensor.shape) of \(element.rawValue) takes \(byteCount.partialValue) bytes, not "
            + "\(tensor.end - tensor.start)")
      }
      position = tensor.end
      entries.append(
        Entry(
          name: tensor.name, element: element, shape: tensor.shape,
          range: dataStart + tensor.start..<dataStart + tensor.end))
    }
    guard position == dataCount else {
      throw SafetensorsError(
        field: "file size", value: "\(dataStart + dataCount)",
        "the tensors end at \(dataStart + position): \(dataCount - position) bytes belong to none")
    }
    return entries
  }
}

extension SafetensorsFile {
  /// The tensor's numbers. Halves become floats exactly, doubles the nearest float.
  package func values(of entry: Entry) throws(SafetensorsError) -> [Float] {
    switch entry.element {
    case .float32: convert(entry, UInt32.self) { Float(bitPattern: $0) }
    case .float64: convert(entry, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: convert(entry, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: convert(entry, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default:
      throw SafetensorsError(
        tensor: entry.name, field: "dtype", value: entry.element.rawValue.quoted,
        "only \(SafetensorsElement.readable.map(\.rawValue).joined(separator: ", ")) are read as numbers: convert it "
          + "to F32 first")
    }
  }

  private func convert<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ entry: Entry, _ bits: Bits.Type, _ value: (Bits) -> Float
  ) -> [Float] {
    bytes.withUnsafeBytes { all in
      // `init` proved that the range is inside the file and a whole number of elements; nothing is aligned.
      let source = UnsafeRawBufferPointer(rebasing: all[entry.range])
      let count = source.count / MemoryLayout<Bits>.size
      return [Float](unsafeUninitializedCapacity: count) { target, initialized in
        for index in 0..<count {
          let raw = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          target.initializeElement(at: index, to: value(Bits(littleEndian: raw)))
        }
        initialized = count
      }
    }
  }
}
