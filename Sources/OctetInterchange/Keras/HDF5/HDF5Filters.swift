import OctetHost

/// What was done to the bytes of a chunk, in the order in which it was done.
enum HDF5Filter {
  case deflate
  /// The first bytes of all elements, then the second ones, and so on.
  case shuffle(elementBytes: Int)
  /// Fletcher's sum of the bytes stands behind them.
  case checksum

  /// Names of others, for the message that refuses them.
  static let others = [
    4: "szip", 5: "nbit", 6: "scale-offset", 307: "bzip2", 32_000: "lzf", 32_001: "blosc", 32_004: "lz4",
    32_008: "bitshuffle", 32_013: "zfp", 32_015: "zstd", 32_026: "blosc2",
  ]
}

extension HDF5File {
  func filters(_ body: Range<Int>) throws(OffsetFailure) -> [HDF5Filter] {
    var fields = HDF5Fields(file, body)
    let version = try fields.number(1)
    let count = try fields.count(1)
    guard version == 1 || version == 2, count <= 32 else {
      throw OffsetFailure(
        offset: body.lowerBound,
        reason: "an array has \(count) filters of version \(version); 32 of versions 1 and 2 are supported")
    }
    if version == 1 { try fields.skip(6) }
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let place = fields.place
      let kind = try fields.count(2)
      // Filters of the format itself have no name in the second version.
      let name = version == 1 || kind >= 256 ? try fields.count(2) : 0
      // Whether a chunk may do without it, which each chunk says.
      try fields.skip(2)
      let settingCount = try fields.count(2)
      try fields.skip(version == 1 ? (name + 7) / 8 * 8 : name)
      var settings: [Int] = []
      for _ in 0..<settingCount { settings.append(try fields.count(4)) }
      if version == 1, settingCount % 2 == 1 { try fields.skip(4) }
      switch kind {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle(elementBytes: settings.first ?? 1))
      case 3: filters.append(.checksum)
      default:
        let other = HDF5Filter.others[kind].map { " (\($0))" } ?? ""
        throw OffsetFailure(
          offset: place,
          reason:
            "an array is compressed by filter \(kind)\(other); deflate, shuffle and fletcher32 are supported")
      }
    }
    return filters
  }

  /// - Parameters:
  ///   - mask: a bit for each filter that was left out for this chunk.
  ///   - count: the size of the chunk.
  func unpacked(
    _ stored: ArraySlice<UInt8>, _ filters: [HDF5Filter], mask: Int, count: Int, at place: Int
  ) throws(OffsetFailure) -> ArraySlice<UInt8> {
    var bytes = stored
    for (index, filter) in filters.enumerated().reversed() where mask >> index & 1 == 0 {
      switch filter {
      case .checksum:
        guard bytes.count >= 4 else {
          throw OffsetFailure(offset: place, reason: "a chunk of \(bytes.count) bytes has no checksum")
        }
        let wanted = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        bytes = bytes.dropLast(4)
        let found = HDF5Checksum.fletcher32(bytes)
        guard wanted == found else {
          throw OffsetFailure(
            offset: place, reason: "a chunk is damaged: its checksum is \(wanted), its bytes give \(found)")
        }
      case .deflate:
        // A checksum may follow the elements within.
        let within = filters.prefix(index).enumerated().filter { earlier, filter in
          if case .checksum = filter { mask >> earlier & 1 == 0 } else { false }
        }
        let size = count + 4 * within.count
        // No stream of deflate becomes more than 1,032 times as long, so that little is not made much room for.
        guard size / 1_032 <= bytes.count, let found = Zlib.inflate(Array(bytes), count: size) else {
          throw OffsetFailure(offset: place, reason: "a chunk of an array does not unpack to \(size) bytes")
        }
        bytes = found[...]
      case .shuffle(let elementBytes):
        bytes = Self.ordered(bytes, elementBytes: elementBytes)[...]
      }
    }
    guard bytes.count == count else {
      throw OffsetFailure(
        offset: place, reason: "a chunk of an array has \(bytes.count) bytes, \(count) are needed")
    }
    return bytes
  }

  private static func ordered(_ bytes: ArraySlice<UInt8>, elementBytes: Int) -> [UInt8] {
    var ordered = Array(bytes)
    guard elementBytes > 1, elementBytes <= bytes.count else { return ordered }
    // What is no whole element stays where it is.
    let elements = bytes.count / elementBytes
    var place = bytes.startIndex
    for byte in 0..<elementBytes {
      for element in 0..<elements {
        ordered[element * elementBytes + byte] = bytes[place]
        place += 1
      }
    }
    return ordered
  }
}
