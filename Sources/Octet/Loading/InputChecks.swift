/// The rules for how pictures and features become the input.
extension ModelRecords {
  /// Gives the first byte of the layers' constants.
  func checkInput(_ header: Header) throws(ModelError) -> UInt32 {
    func byte(_ offset: UInt32) -> UInt8 { bytes.byte(offset) }
    let kind = byte(FileFormat.inputKind)
    let isPicture = kind == InputKind.pictures.rawValue
    try require(
      isPicture || kind == InputKind.features.rawValue, .inputKind, at: FileFormat.inputKind, UInt32(kind))
    let (fit, inversion) = (byte(FileFormat.fit), byte(FileFormat.inversion))
    try require(
      isPicture ? PictureForm(fit: fit, inversion: inversion) != nil : fit == 0 && inversion == 0,
      .pictureForm, at: FileFormat.fit, UInt32(fit) | UInt32(inversion) &<< 8)
    let order = byte(FileFormat.channelOrder)
    let channels = tensor(0).channels
    try require(
      order == 0 || (order == 1 && isPicture && channels == 3), .channelOrder, at: FileFormat.channelOrder,
      UInt32(order))
    let map = byte(FileFormat.pixelMap)
    try require(
      map == 0 || (map == 1 && isPicture && IncludedKinds.pixelMap), .pixelMap, at: FileFormat.pixelMap,
      UInt32(map))
    guard IncludedKinds.pixelMap, map == 1 else { return header.constantsOffset }
    return try checkPixelMap(from: header.constantsOffset, channels: UInt32(channels))
  }

  /// A factor and an offset for each channel, so small that no sum overflows.
  private func checkPixelMap(from start: UInt32, channels: UInt32) throws(ModelError) -> UInt32 {
    // At most 8 * 65,535 bytes behind 2^30.
    let end = start &+ FileFormat.pixelMapBytes &* channels
    let next = (end &+ 15) & ~15
    try require(next <= byteCount, .length, at: FileFormat.length, byteCount)
    for offset in stride(from: start, to: end, by: 8) {
      let factor = Int32(bitPattern: bytes.word(offset))
      try require(
        factor.magnitude <= Limit.pixelFactor, .pixelMap, at: offset, UInt32(bitPattern: factor))
      let summand = Int32(bitPattern: bytes.word(offset &+ 4))
      try require(
        summand.magnitude <= Limit.pixelOffset, .pixelMap, at: offset &+ 4, UInt32(bitPattern: summand))
    }
    try checkZero(from: end, to: next)
    return next
  }

  /// What the file says about the input's values.
  package var inputKind: InputKind { InputKind(rawValue: bytes.byte(FileFormat.inputKind)) ?? .pictures }
}

/// What a network takes in. The raw value is the byte in the file.
public enum InputKind: UInt8, Sendable {
  /// Pixels of 0 to 255, in one channel or several.
  case pictures = 0
  /// Numbers of any kind, brought to int8 by the input's scale and zero point.
  case features = 1
}
