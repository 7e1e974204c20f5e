import OctetHost
import OctetNetwork

/// Arrays of numbers in an HDF5 file: in one piece, within the description, or in chunks, which may be compressed.
extension HDF5File {
  /// What was done to the bytes of a chunk, in the order in which it was done.
  private enum Filter {
    case deflate
    /// The first bytes of all elements, then the second ones, and so on.
    case shuffle
    /// A sum of the bytes behind them, which is not looked at.
    case checksum
  }

  private func shape(_ place: Int) throws(OffsetFailure) -> [Int] {
    let version = try file.number(place, bytes: 1)
    let rank = Int(try file.number(place + 1, bytes: 1))
    guard version == 1 || version == 2, rank <= 8 else {
      throw OffsetFailure(offset: place, reason: "an array's shape is not of the form that Keras writes")
    }
    var shape: [Int] = []
    for axis in 0..<rank { shape.append(try file.size(place + (version == 1 ? 8 : 4) + 8 * axis, bytes: 8)) }
    return shape
  }

  /// An array with its shape, integers as floats; nil if the object is no array.
  mutating func floats(_ address: Int) throws(OffsetFailure) -> (shape: [Int], values: [Float])? {
    let messages = try messages(address)
    func body(_ type: Int) -> Range<Int>? { messages.first { $0.type == type }?.body }
    guard let space = body(1), let type = body(3), let layout = body(8) else { return nil }
    let element = try element(type.lowerBound)
    let bytes: Int
    switch element {
    case .float(let size), .integer(let size, _): bytes = size
    case .text, .distantText:
      throw OffsetFailure(
        offset: type.lowerBound, reason: "an array contains texts where numbers are expected")
    }
    let shape = try shape(space.lowerBound)
    var count = 1
    for size in shape {
      guard !count.multipliedReportingOverflow(by: size).overflow,
        count * size <= NetworkDescription.largestParameterCount
      else { throw OffsetFailure(offset: space.lowerBound, reason: "an array of \(shape) is too large") }
      count *= size
    }
    let data: ArraySlice<UInt8>
    let version = try file.number(layout.lowerBound, bytes: 1)
    switch (version, try file.number(layout.lowerBound + 1, bytes: 1)) {
    case (3, 0), (4, 0):
      let size = Int(try file.number(layout.lowerBound + 2, bytes: 2))
      data = file.bytes[try file.range(layout.lowerBound + 4, count: size)]
    case (3, 1), (4, 1):
      data =
        file.bytes[
          try file.range(count == 0 ? 0 : file.size(layout.lowerBound + 2, bytes: 8), count: count * bytes)]
    case (3, 2):
      let filters = try body(0x0B).map { range throws(OffsetFailure) in try self.filters(range) } ?? []
      data = try chunks(layout.lowerBound, shape, elementBytes: bytes, filters)[...]
    default:
      throw OffsetFailure(
        offset: layout.lowerBound,
        reason:
          "an array is stored in a newer form than Keras writes (libver); save the model with Keras as it comes"
      )
    }
    guard data.count == count * bytes else {
      throw OffsetFailure(offset: layout.lowerBound, reason: "an array of \(shape) has \(data.count) bytes")
    }
    let numbers = UntrustedBytes(Array(data))
    var values: [Float] = []
    values.reserveCapacity(count)
    for place in stride(from: 0, to: data.count, by: bytes) {
      values.append(Self.number(try numbers.number(place, bytes: bytes), element))
    }
    return (shape, values)
  }

  private static func number(_ bits: UInt64, _ element: Element) -> Float {
    switch element {
    case .float(2): Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
    case .float(4): Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    case .float: Float(Double(bitPattern: bits))
    case .integer(let bytes, true):
      // The sign's bit is brought to the top and back.
      Float(Int64(bitPattern: bits << UInt64(64 - 8 * bytes)) >> Int64(64 - 8 * bytes))
    case .integer, .text, .distantText: Float(bits)
    }
  }

  // MARK: chunks

  private mutating func filters(_ message: Range<Int>) throws(OffsetFailure) -> [Filter] {
    let version = try file.number(message.lowerBound, bytes: 1)
    let count = Int(try file.number(message.lowerBound + 1, bytes: 1))
    guard version == 1 || version == 2, count <= 32 else {
      throw OffsetFailure(
        offset: message.lowerBound, reason: "the filters of an array are not of a known form")
    }
    var place = message.lowerBound + (version == 1 ? 8 : 2)
    var filters: [Filter] = []
    for _ in 0..<count {
      let kind = Int(try file.number(place, bytes: 2))
      // Filters of the format itself have no name in the second version.
      let hasName = version == 1 || kind >= 256
      let name = hasName ? Int(try file.number(place + 2, bytes: 2)) : 0
      place += hasName ? 4 : 2
      let settings = Int(try file.number(place + 2, bytes: 2))
      place += 4 + (version == 1 ? (name + 7) / 8 * 8 + (settings + settings % 2) * 4 : name + settings * 4)
      switch kind {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle)
      case 3: filters.append(.checksum)
      default:
        throw OffsetFailure(
          offset: message.lowerBound,
          reason: "an array is compressed by filter \(kind); deflate and shuffle (1, 2) are supported")
      }
    }
    return filters
  }

  /// The bytes of an array that is stored in chunks of equal sizes, which a tree finds.
  private mutating func chunks(
    _ layout: Int, _ shape: [Int], elementBytes: Int, _ filters: [Filter]
  ) throws(OffsetFailure) -> [UInt8] {
    let rank = shape.count
    guard rank > 0, Int(try file.number(layout + 2, bytes: 1)) == rank + 1 else {
      throw OffsetFailure(
        offset: layout, reason: "the chunks of an array have another number of axes than it")
    }
    var chunk: [Int] = []
    var chunkBytes = elementBytes
    for axis in 0..<rank {
      let size = Int(try file.number(layout + 11 + 4 * axis, bytes: 4))
      guard size > 0, !chunkBytes.multipliedReportingOverflow(by: size).overflow, chunkBytes * size <= 1 << 30
      else { throw OffsetFailure(offset: layout, reason: "the chunks of an array are too large") }
      chunk.append(size)
      chunkBytes *= size
    }
    var array = [UInt8](repeating: 0, count: shape.reduce(1, *) * elementBytes)
    let start = try file.number(layout + 3, bytes: 8)
    // No chunk was written.
    if start == .max { return array }
    let entryBytes = 8 + 8 * (rank + 1) + 8
    var level = 255
    var nodes = [try file.size(layout + 3, bytes: 8)]
    while !nodes.isEmpty {
      var inner: [Int] = []
      var lowest = 255
      for node in nodes {
        try spend()
        let own = Int(try file.number(node + 5, bytes: 1))
        // Each level down is a smaller one, so there is an end.
        guard file.holds("TREE", at: node), try file.number(node + 4, bytes: 1) == 1, own < level else {
          throw OffsetFailure(
            offset: node, reason: "the chunks of an array are not found by a tree of the usual form")
        }
        lowest = min(lowest, own)
        for entry in 0..<Int(try file.number(node + 6, bytes: 2)) {
          try spend()
          let place = node + 24 + entryBytes * entry
          let child = try file.size(place + entryBytes - 8, bytes: 8)
          guard own == 0 else {
            inner.append(child)
            continue
          }
          var offsets: [Int] = []
          for axis in 0..<rank { offsets.append(try file.size(place + 8 + 8 * axis, bytes: 8)) }
          let stored = try file.range(child, count: Int(file.number(place, bytes: 4)))
          let bytes = try unpacked(
            Array(file.bytes[stored]), filters, mask: Int(file.number(place + 4, bytes: 4)),
            count: chunkBytes,
            elementBytes: elementBytes, at: child)
          copy(bytes, chunk, at: offsets, into: &array, shape, elementBytes: elementBytes)
        }
      }
      level = lowest
      nodes = inner
    }
    return array
  }

  /// - Parameter mask: a bit for each filter that was left out for this chunk.
  private func unpacked(
    _ stored: [UInt8], _ filters: [Filter], mask: Int, count: Int, elementBytes: Int, at place: Int
  ) throws(OffsetFailure) -> [UInt8] {
    var bytes = stored
    for (index, filter) in filters.enumerated().reversed() where mask >> index & 1 == 0 {
      switch filter {
      case .checksum: bytes = Array(bytes.dropLast(4))
      case .deflate:
        // A checksum may follow the elements within.
        let extra = filters[..<index].contains { if case .checksum = $0 { true } else { false } } ? 4 : 0
        guard let found = Zlib.inflate(bytes, count: count + extra) else {
          throw OffsetFailure(offset: place, reason: "a chunk of an array does not unpack to \(count) bytes")
        }
        bytes = found
      case .shuffle:
        let elements = bytes.count / elementBytes
        var ordered = bytes
        for element in 0..<elements {
          for byte in 0..<elementBytes {
            ordered[element * elementBytes + byte] = bytes[byte * elements + element]
          }
        }
        bytes = ordered
      }
    }
    guard bytes.count == count else {
      throw OffsetFailure(
        offset: place, reason: "a chunk of an array has \(bytes.count) bytes, \(count) are needed")
    }
    return bytes
  }

  /// Copies what of a chunk lies within the array.
  private func copy(
    _ bytes: [UInt8], _ chunk: [Int], at offsets: [Int], into array: inout [UInt8], _ shape: [Int],
    elementBytes: Int
  ) {
    guard zip(offsets, shape).allSatisfy({ $0 < $1 }) else { return }
    let last = shape.count - 1
    let run = min(chunk[last], shape[last] - offsets[last]) * elementBytes
    let rows = chunk[..<last].reduce(1, *)
    for row in 0..<rows {
      var (rest, target, step) = (row, offsets[last], shape[last])
      var isInside = true
      for axis in (0..<last).reversed() {
        let index = offsets[axis] + rest % chunk[axis]
        rest /= chunk[axis]
        isInside = isInside && index < shape[axis]
        target += index * step
        step *= shape[axis]
      }
      guard isInside else { continue }
      let from = row * chunk[last] * elementBytes
      array.replaceSubrange(
        target * elementBytes..<target * elementBytes + run, with: bytes[from..<from + run])
    }
  }
}
