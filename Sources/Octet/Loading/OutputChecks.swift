/// The rules for outputs and their names.
extension ModelRecords {
  /// Each output against the tensor that holds it; their names follow one another, then come those of the layers if
  /// there are any, and all together fill their section.
  func checkOutputs(_ header: Header) throws(ModelError) {
    var names = header.namesOffset
    for index in 0..<UInt32(header.outputCount) {
      let start = header.outputsOffset &+ FileFormat.outputBytes &* index
      names = try checkOutput(OutputRecord(ModelBytes(bytes.pointer(start))), at: start, header, names: names)
    }
    if bytes.byte(FileFormat.layerNames) == 0 {
      try require(names == header.namesEnd, .labels, at: FileFormat.namesBytes, header.namesEnd &- names)
    } else if IncludedKinds.names {
      try checkNames(from: names, to: header.namesEnd, count: header.layerCount)
    }
  }

  /// Gives where the next output's names start.
  private func checkOutput(
    _ output: OutputRecord, at start: UInt32, _ header: Header, names: UInt32
  ) throws(ModelError) -> UInt32 {
    func check(_ holds: Bool, _ rule: ModelRule, _ field: UInt32, _ value: UInt32) throws(ModelError) {
      try require(holds, rule, at: start &+ field, value)
    }
    // An output is something that was computed.
    try check(
      output.tensor >= 1 && output.tensor <= layerCount, .outputTensor, OutputRecord.Field.tensor,
      UInt32(output.tensor))
    let tensor = tensor(output.tensor)
    guard let meaning = output.knownMeaning else {
      throw ModelError(
        .outputMeaning, offset: start &+ OutputRecord.Field.meaning,
        value: UInt32(output.bytes.byte(OutputRecord.Field.meaning)))
    }
    let headByte = UInt32(output.bytes.byte(OutputRecord.Field.head))
    guard let head = output.knownHead else {
      throw ModelError(.head, offset: start &+ OutputRecord.Field.head, value: headByte)
    }
    // Classes compete or are two; what is no class does not compete.
    try check(
      head != .softmax || (meaning == .classes && tensor.channels > 1), .head, OutputRecord.Field.head,
      headByte)
    try check(
      meaning == .numbers || (tensor.height == 1 && tensor.width == 1), .logitsShape,
      OutputRecord.Field.tensor, UInt32(tensor.height))
    // All rows are there when the last row of the image has gone through.
    try check(
      tensor.ringRows == tensor.allRows, .outputRing, OutputRecord.Field.tensor, UInt32(tensor.ringRows))
    let step = output.probabilityStep
    try check((step == 0) == (head == .linear), .probabilityStep, OutputRecord.Field.probabilityStep, step)

    let bytes = output.namesBytes
    if bytes == 0 {
      try check(output.namesOffset == 0, .labels, OutputRecord.Field.namesOffset, output.namesOffset)
      return names
    }
    try check(
      output.namesOffset == names && bytes <= header.namesEnd &- names, .labels,
      OutputRecord.Field.namesOffset, output.namesOffset)
    let isTwo = meaning == .classes && tensor.channels == 1
    if IncludedKinds.names {
      try checkNames(from: names, to: names &+ bytes, count: isTwo ? 2 : tensor.channels)
    }
    return names &+ bytes
  }

  /// Each name's length must lead to the next one, and the last to the end; then their text is looked at.
  private func checkNames(from start: UInt32, to end: UInt32, count: UInt16) throws(ModelError) {
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
      try checkText(from: offset &+ 1, to: next)
      offset = next
    }
  }

  /// A name is UTF-8 as it should be: no scalar in more bytes than it needs, no surrogates, nothing beyond U+10FFFF.
  /// And it is harmless where it is shown as it stands: no C0 and C1 controls, no DEL, no ends of lines (U+2028,
  /// U+2029), and none of the controls of the direction of writing, U+202A to U+202E and U+2066 to U+2069.
  private func checkText(from start: UInt32, to end: UInt32) throws(ModelError) {
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
