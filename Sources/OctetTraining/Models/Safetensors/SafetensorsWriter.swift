import OctetText

/// Writes tensors of floats as a safetensors file: the same tensors and texts give the same bytes.
package struct SafetensorsWriter: Sendable {
  /// Length, JSON and padding.
  package let header: [UInt8]
  private let tensors: [NamedValues]

  /// - Parameters:
  ///   - metadata: texts, which stand in the header in this order.
  ///   - tensors: stand in the file in this order.
  package init(
    metadata: [(name: String, value: String)], tensors: [NamedValues]
  ) throws(SafetensorsError) {
    var members: [(name: String, value: JSONValue)] = []
    var names: Set<String> = [SafetensorsFormat.metadataName]
    var metadataNames: Set<String> = []
    // Told before the texts are joined; the exact check comes when they are.
    try Self.checkLength(metadata.reduce(0) { $0 + $1.value.utf8.count })
    for (name, _) in metadata where !metadataNames.insert(name).inserted {
      throw SafetensorsError(
        field: SafetensorsFormat.metadataName, value: name.quoted, "the name is given twice")
    }
    if !metadata.isEmpty {
      members.append((SafetensorsFormat.metadataName, .object(metadata.map { ($0.name, .string($0.value)) })))
    }
    var position = 0
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else {
        throw SafetensorsError(
          tensor: tensor.name, field: "name", value: tensor.name.quoted, "the name is taken")
      }
      guard tensor.shape.count <= SafetensorsFormat.largestRank,
        SafetensorsFormat.elementCount(tensor.shape) == tensor.values.count
      else {
        throw SafetensorsError(
          tensor: tensor.name, field: "shape", value: "\(tensor.shape)",
          "there are \(tensor.values.count) values")
      }
      // Sizes of arrays that are in memory together: their sum fits.
      let end = position + tensor.values.count * MemoryLayout<Float>.size
      members.append(
        (
          tensor.name,
          .object([
            ("dtype", .string(SafetensorsElement.float32.rawValue)),
            ("shape", .array(tensor.shape.map { .integer($0) })),
            ("data_offsets", .array([.integer(position), .integer(end)])),
          ])
        ))
      position = end
    }
    header = try Self.pad(JSONValue.object(members).text)
    self.tensors = tensors
  }

  private static func pad(_ text: String) throws(SafetensorsError) -> [UInt8] {
    var json = Array(text.utf8)
    let alignment = SafetensorsFormat.alignment
    let padding = (alignment - json.count % alignment) % alignment
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
    try checkLength(json.count)
    let length = UInt64(json.count)
    return (0..<SafetensorsFormat.lengthBytes).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
  }

  private static func checkLength(_ count: Int) throws(SafetensorsError) {
    guard count <= SafetensorsFormat.largestHeader else {
      throw SafetensorsError(
        field: "header length", value: "\(count)", "at most \(SafetensorsFormat.largestHeader) is allowed")
    }
  }

  /// Hands out the file's bytes in order, without joining them in memory.
  package func forEachPart<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    try body(header.span.bytes)
    for tensor in tensors {
      #if _endian(big)
        let values = tensor.values.map(\.bitPattern.littleEndian)
        try body(values.span.bytes)
      #else
        try body(tensor.values.span.bytes)
      #endif
    }
  }

  /// The whole file.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    forEachPart { part in part.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }
}
