import Octet

/// The memory that an exported source takes.
extension CSource {
  /// The variables beside the memory: the step, the next row of each tensor, and where a held input is.
  package var variableBytes: Int { 8 + 4 * model.layerCount + (model.holdsInput ? 4 : 0) }

  /// The arena, and what weights of fewer bits are brought to bytes in.
  package var memoryBytes: Int { model.firstRegionBytes + model.secondRegionBytes + lineBytes }

  /// For its first comment.
  var memoryText: String {
    var text = "\(model.firstRegionBytes) bytes of memory"
    if model.secondRegionBytes > 0 { text += ",\n   and \(model.secondRegionBytes) in a second region" }
    guard let scratch = scratchBytes, scratch.upperBound > 0 else { return text }
    return text
      + ",\n   and \(scratch.lowerBound) to \(scratch.upperBound) for the kernels of a chip (see OCTET_CHIP)"
  }
}
