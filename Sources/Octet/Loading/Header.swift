/// The checked header, and where the parts behind it lie.
struct Header {
  let bytes: ModelBytes
  let arenaBytes: UInt32
  let layerCount: UInt16
  let classCount: UInt16
  let head: Head
  let probabilityStep: UInt32
  let labelsOffset: UInt32
  private let labelsBytes: UInt32
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
    layerCount = bytes.half(FileFormat.layerCount)
    try require(
      layerCount >= 1 && layerCount <= Limit.layers, .layerCount, at: FileFormat.layerCount,
      UInt32(layerCount))
    classCount = bytes.half(FileFormat.classCount)
    try require(
      classCount >= 2 && classCount <= Limit.classes, .classCount, at: FileFormat.classCount,
      UInt32(classCount))
    labelsBytes = UInt32(bytes.half(FileFormat.labelsBytes))
    let headByte = bytes.byte(FileFormat.head)
    guard let head = Head(rawValue: headByte) else {
      throw ModelError(.head, offset: FileFormat.head, value: UInt32(headByte))
    }
    self.head = head
    let form = bytes.byte(FileFormat.pictureForm)
    try require(PictureForm.isKnown(form), .pictureForm, at: FileFormat.pictureForm, UInt32(form))
    probabilityStep = bytes.word(FileFormat.probabilityStep)
    try require(
      (probabilityStep == 0) == (head == .linear), .probabilityStep, at: FileFormat.probabilityStep,
      probabilityStep)
    for offset in stride(from: FileFormat.headerReserved, to: FileFormat.headerBytes, by: 4) {
      try require(bytes.word(offset) == 0, .reserved, at: offset, bytes.word(offset))
    }

    // At most 48 + 64 * 24 + 63 * 40 + 65,535: no overflow.
    labelsOffset =
      FileFormat.headerBytes &+ FileFormat.tensorBytes &* (UInt32(layerCount) &+ 1)
      &+ FileFormat.layerBytes &* UInt32(layerCount)
    let end = labelsOffset &+ labelsBytes
    constantsOffset = (end &+ 15) & ~15
    try require(constantsOffset <= length, .size, at: FileFormat.length, length)
    try Self.checkLabels(bytes, from: labelsOffset, to: end, count: classCount)
    for offset in end..<constantsOffset {
      try require(bytes.byte(offset) == 0, .reserved, at: offset, UInt32(bytes.byte(offset)))
    }
  }

  /// Each label's length must lead to the next one, and the last to the end; then their text is looked at.
  private static func checkLabels(
    _ bytes: ModelBytes, from start: UInt32, to end: UInt32, count: UInt16
  ) throws(ModelError) {
    var offset = start
    for _ in 0..<count {
      try require(offset < end, .labels, at: offset, end)
      let length = UInt32(bytes.byte(offset))
      try require(length < end &- offset, .labels, at: offset, length)
      offset &+= 1 &+ length
    }
    try require(offset == end, .labels, at: offset, end)
    offset = start
    while offset < end {
      let next = offset &+ 1 &+ UInt32(bytes.byte(offset))
      try checkText(bytes, from: offset &+ 1, to: next)
      offset = next
    }
  }

  /// A label is UTF-8 as it should be: no scalar in more bytes than it needs, no surrogates, nothing beyond U+10FFFF.
  /// And it is harmless where it is shown as it stands: no C0 and C1 controls, no DEL, no ends of lines (U+2028,
  /// U+2029), and none of the controls of the direction of writing, U+202A to U+202E and U+2066 to U+2069.
  private static func checkText(
    _ bytes: ModelBytes, from start: UInt32, to end: UInt32
  ) throws(ModelError) {
    var offset = start
    while offset < end {
      let first = bytes.byte(offset)
      let length: UInt32 = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      var isText = first < 0x80 || (first >= 0xC2 && first <= 0xF4)
      var scalar = length == 1 ? UInt32(first) : UInt32(first) & (0x7F &>> length)
      for place in UInt32(1)..<4 where place < length {
        let next = offset &+ place < end ? bytes.byte(offset &+ place) : 0
        isText = isText && next & 0xC0 == 0x80
        scalar = scalar &<< 6 | UInt32(next & 0x3F)
      }
      // The least scalar of so many bytes.
      let least: UInt32 = length == 1 ? 0x20 : length == 2 ? 0xA0 : length == 3 ? 0x800 : 0x1_0000
      let isOutside = scalar < least || scalar == 0x7F || scalar > 0x10_FFFF || scalar &- 0xD800 < 0x800
      let turns = scalar &- 0x2028 < 7 || scalar &- 0x2066 < 4
      try require(isText && !isOutside && !turns, .labelText, at: offset, UInt32(first))
      offset &+= length
    }
  }
}

/// What turns logits into probabilities. The raw value is the byte in the file.
public enum Head: UInt8, Sendable {
  /// There are none.
  case linear = 0
  /// They compete and add up to 1.
  case softmax = 1
  /// Each output by itself.
  case sigmoid = 2
}
