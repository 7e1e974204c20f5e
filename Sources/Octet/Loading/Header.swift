/// The checked header, and where the parts behind it lie.
struct Header {
  let bytes: ModelBytes
  let arenaBytes: UInt32
  let layerCount: UInt16
  let classCount: UInt16
  let head: Head
  let probabilityStep: UInt32
  let labelsOffset: UInt32
  let labelsBytes: UInt32
  /// The first byte of the first constants.
  let constantsOffset: UInt32

  init(_ file: UnsafeRawBufferPointer) throws(ModelError) {
    guard let start = file.baseAddress, file.count >= Int(FileFormat.headerBytes),
      file.count <= Int(Limit.fileBytes)
    else { throw ModelError(.size, offset: 0, value: UInt32(truncatingIfNeeded: file.count)) }
    let place = UInt(bitPattern: start)
    try require(place & 3 == 0, .alignment, at: 0, UInt32(truncatingIfNeeded: place & 3))
    let bytes = ModelBytes(start: start, count: UInt32(truncatingIfNeeded: file.count))
    self.bytes = bytes
    try require(bytes.word(0) == FileFormat.magic, .magic, at: 0, bytes.word(0))
    try require(bytes.half(4) == FileFormat.version, .version, at: 4, UInt32(bytes.half(4)))
    try require(
      UInt32(bytes.half(6)) == FileFormat.headerBytes, .headerBytes, at: 6, UInt32(bytes.half(6)))
    try require(bytes.word(8) == bytes.count, .length, at: 8, bytes.word(8))
    var checksum = Checksum()
    let rest = UnsafeRawBufferPointer(
      start: start + Int(FileFormat.checksumStart), count: file.count &- Int(FileFormat.checksumStart))
    checksum.add(rest.bytes)
    try require(bytes.word(12) == checksum.value, .checksum, at: 12, bytes.word(12))

    arenaBytes = bytes.word(16)
    try require(arenaBytes <= Limit.arenaBytes, .arenaBytes, at: 16, arenaBytes)
    layerCount = bytes.half(20)
    try require(layerCount >= 1 && layerCount <= Limit.layers, .layerCount, at: 20, UInt32(layerCount))
    classCount = bytes.half(22)
    try require(classCount >= 2 && classCount <= Limit.classes, .classCount, at: 22, UInt32(classCount))
    labelsBytes = UInt32(bytes.half(24))
    guard let head = Head(rawValue: bytes.byte(26)) else {
      throw ModelError(.head, offset: 26, value: UInt32(bytes.byte(26)))
    }
    self.head = head
    let form = bytes.byte(FileFormat.pictureForm)
    try require(PictureForm.isKnown(form), .pictureForm, at: FileFormat.pictureForm, UInt32(form))
    probabilityStep = bytes.word(28)
    try require((probabilityStep == 0) == (head == .linear), .probabilityStep, at: 28, probabilityStep)
    for offset in stride(from: UInt32(32), to: FileFormat.headerBytes, by: 4) {
      try require(bytes.word(offset) == 0, .reserved, at: offset, bytes.word(offset))
    }

    // At most 48 + 64 * 24 + 63 * 40 + 65,535: no overflow.
    labelsOffset =
      FileFormat.headerBytes &+ FileFormat.tensorBytes &* (UInt32(layerCount) &+ 1)
      &+ FileFormat.layerBytes &* UInt32(layerCount)
    let end = labelsOffset &+ labelsBytes
    constantsOffset = (end &+ 15) & ~15
    try require(constantsOffset <= bytes.count, .size, at: 8, bytes.count)
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

  /// A label is UTF-8 as it should be: no scalar in more bytes than it needs, no surrogates, nothing beyond U+10FFFF. And it
  /// is harmless where it is shown as it stands: no C0 and C1 controls, no DEL, no ends of lines (U+2028, U+2029), and none of
  /// the controls of the direction of writing, U+202A to U+202E and U+2066 to U+2069.
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
