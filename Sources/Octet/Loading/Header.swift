/// The checked header, and where the parts behind it lie.
struct Header {
  let bytes: ModelBytes
  let arenaBytes: UInt32
  let layerCount: UInt16
  let outputCount: UInt16
  /// The first output's record.
  let outputsOffset: UInt32
  /// The first name, and the end of the last.
  let namesOffset: UInt32
  let namesEnd: UInt32
  /// The first byte of the first constants.
  let constantsOffset: UInt32

  init(_ file: UnsafeRawBufferPointer) throws(ModelError) {
    guard let start = file.baseAddress, file.count >= Int(FileFormat.headerBytes),
      file.count <= Int(Limit.fileBytes)
    else { throw ModelError(.size, offset: 0, value: UInt32(truncatingIfNeeded: file.count)) }
    let place = UInt(bitPattern: start)
    try require(place & 3 == 0, .alignment, at: 0, UInt32(truncatingIfNeeded: place & 3))
    let bytes = ModelBytes(start)
    self.bytes = bytes
    try require(bytes.word(0) == FileFormat.magic, .magic, at: 0, bytes.word(0))
    try require(
      bytes.half(FileFormat.versionOffset) == FileFormat.version, .version, at: FileFormat.versionOffset,
      UInt32(bytes.half(FileFormat.versionOffset)))
    let headerBytes = UInt32(bytes.half(FileFormat.headerBytesOffset))
    try require(
      headerBytes == FileFormat.headerBytes, .headerBytes, at: FileFormat.headerBytesOffset, headerBytes)
    let length = bytes.word(FileFormat.length)
    try require(
      length == UInt32(truncatingIfNeeded: file.count), .length, at: FileFormat.length, length)
    var checksum = Checksum()
    let rest = UnsafeRawBufferPointer(
      start: start + Int(FileFormat.checksumStart), count: file.count &- Int(FileFormat.checksumStart))
    checksum.add(rest.bytes)
    let expected = bytes.word(FileFormat.checksum)
    try require(expected == checksum.value, .checksum, at: FileFormat.checksum, expected)

    arenaBytes = bytes.word(FileFormat.arenaBytes)
    try require(arenaBytes <= Limit.arenaBytes, .arenaBytes, at: FileFormat.arenaBytes, arenaBytes)
    let second = bytes.word(FileFormat.secondRegion)
    try require(
      second == 0
        || (IncludedKinds.regions && second % FileFormat.arenaAlignment == 0 && second < arenaBytes),
      .secondRegion, at: FileFormat.secondRegion, second)
    layerCount = bytes.half(FileFormat.layerCount)
    try require(
      layerCount >= 1 && layerCount <= Limit.layers, .layerCount, at: FileFormat.layerCount,
      UInt32(layerCount))
    outputCount = bytes.half(FileFormat.outputCount)
    try require(
      outputCount >= 1 && outputCount <= Limit.outputs, .outputCount, at: FileFormat.outputCount,
      UInt32(outputCount))
    let hasNames = bytes.byte(FileFormat.layerNames)
    try require(hasNames <= 1, .reserved, at: FileFormat.layerNames, UInt32(hasNames))
    for offset in FileFormat.headerReserved..<FileFormat.headerBytes {
      try require(bytes.byte(offset) == 0, .reserved, at: offset, UInt32(bytes.byte(offset)))
    }

    // At most 64 + 1,025 * 28 + 1,024 * 44 + 16 * 16: no overflow. The names' bytes are below the length, which is at
    // most 2^30.
    outputsOffset =
      FileFormat.headerBytes &+ FileFormat.tensorBytes &* (UInt32(layerCount) &+ 1)
      &+ FileFormat.layerBytes &* UInt32(layerCount)
    namesOffset = outputsOffset &+ FileFormat.outputBytes &* UInt32(outputCount)
    let namesBytes = bytes.word(FileFormat.namesBytes)
    try require(namesBytes <= length, .size, at: FileFormat.namesBytes, namesBytes)
    namesEnd = namesOffset &+ namesBytes
    constantsOffset = (namesEnd &+ 15) & ~15
    try require(constantsOffset <= length, .size, at: FileFormat.length, length)
    for offset in namesEnd..<constantsOffset {
      try require(bytes.byte(offset) == 0, .reserved, at: offset, UInt32(bytes.byte(offset)))
    }
  }
}
