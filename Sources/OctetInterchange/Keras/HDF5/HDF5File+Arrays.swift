import OctetHost
import OctetNetwork

/// Arrays of numbers in an HDF5 file: in one piece, within the description, or in chunks.
extension HDF5File {
  /// An array with its shape, integers as floats; nil if the object is no array.
  mutating func floats(_ address: Int) throws(OffsetFailure) -> (shape: [Int], values: [Float])? {
    let messages = try messages(address)
    guard let space = try body(Message.dataspace, of: messages),
      let type = try body(Message.datatype, of: messages),
      let layout = try body(Message.layout, of: messages)
    else { return nil }
    guard case .number(let number) = try element(type) else {
      throw OffsetFailure(
        offset: type.lowerBound, reason: "an array contains texts where numbers are expected")
    }
    if let files = messages.first(where: { $0.type == Message.externalFiles }) {
      throw OffsetFailure(
        offset: files.body.lowerBound, reason: "an array is kept in other files; store it in this one")
    }
    let extent = try extent(space)
    var count = extent.isWhole ? 1 : 0
    for size in extent.shape {
      guard !count.multipliedReportingOverflow(by: size).overflow,
        count * size <= NetworkDescription.largestParameterCount
      else {
        throw OffsetFailure(offset: space.lowerBound, reason: "an array of \(extent.shape) is too large")
      }
      count *= size
    }
    guard count > 0 else { return (extent.isWhole ? extent.shape : [0], []) }
    let fill = try fillValue(messages, bytes: number.bytes)
    let data = try data(layout, extent, count: count, fill: fill, messages)
    guard data.count == count * number.bytes else {
      throw OffsetFailure(
        offset: layout.lowerBound,
        reason: "an array of \(extent.shape) has \(data.count) bytes; \(count * number.bytes) are needed")
    }
    return (extent.shape, number.floats(data))
  }

  /// - Parameter fill: the bytes of an element that was never written.
  private mutating func data(
    _ layout: Range<Int>, _ extent: Extent, count: Int, fill: [UInt8], _ messages: [Message]
  ) throws(OffsetFailure) -> ArraySlice<UInt8> {
    var fields = HDF5Fields(file, layout)
    let version = try fields.number(1)
    guard version == 3 || version == 4 else {
      throw OffsetFailure(
        offset: layout.lowerBound,
        reason:
          "an array is stored in form \(version) of HDF5; 3 and 4 are supported: save it with Keras again")
    }
    let kind = try fields.number(1)
    switch kind {
    case 0: return file.bytes[try fields.range(fields.count(2))]
    case 1:
      let address = try fields.address()
      let size = try fields.count(8)
      guard size == count * fill.count else {
        throw OffsetFailure(
          offset: layout.lowerBound,
          reason: "an array of \(extent.shape) has \(size) bytes; \(count * fill.count) are needed")
      }
      guard let address else { return ArraySlice(Self.filled(count, with: fill)) }
      return file.bytes[try file.range(address, count: size)]
    case 2:
      let filters = try body(Message.filters, of: messages)
      let chunks = try ChunkLayout(
        &fields, isNew: version == 4, extent, elementBytes: fill.count,
        filters: filters.map(self.filters) ?? [])
      var array = Self.filled(count, with: fill)
      try read(chunks, into: &array)
      return array[...]
    default:
      throw OffsetFailure(
        offset: layout.lowerBound,
        reason: kind == 3
          ? "an array is virtual, a view of arrays in other files; copy it"
          : "an array is stored by method \(kind); 0 to 2 are supported")
    }
  }

  private static func filled(_ count: Int, with element: [UInt8]) -> [UInt8] {
    var bytes = element
    bytes.reserveCapacity(count * element.count)
    // Twice as many each time.
    while bytes.count < count * element.count { bytes += bytes.prefix(count * element.count - bytes.count) }
    return bytes
  }

  /// Fills an array with those of its chunks that were written.
  private mutating func read(_ layout: ChunkLayout, into array: inout [UInt8]) throws(OffsetFailure) {
    var isRead = Set<Int>()
    for chunk in try chunks(layout) {
      guard isRead.insert(chunk.number).inserted else {
        throw OffsetFailure(offset: chunk.address, reason: "an array has two chunks for the same place")
      }
      try spend(unpacking: chunk.bytes, at: chunk.address)
      let stored = file.bytes[try file.range(chunk.address, count: chunk.bytes)]
      let start = layout.start(ofChunk: chunk.number)
      let isPlain = layout.leavesEdges && layout.isAtEdge(start)
      let bytes = try unpacked(
        stored, isPlain ? [] : layout.filters, mask: chunk.mask, count: layout.chunkBytes, at: chunk.address)
      Self.copy(bytes, at: start, layout, into: &array)
    }
  }

  /// Copies what of a chunk lies within the array.
  private static func copy(
    _ bytes: ArraySlice<UInt8>, at start: [Int], _ layout: ChunkLayout, into array: inout [UInt8]
  ) {
    let (shape, chunk) = (layout.shape, layout.chunk)
    let last = shape.count - 1
    let inside = zip(zip(shape, start), chunk).map { axis, size in min(axis.0 - axis.1, size) }
    let run = inside[last] * layout.elementBytes
    for row in 0..<inside[..<last].reduce(1, *) {
      // The first elements of the row in the chunk and in the array, and how far apart those of the next axis are.
      var (rest, from, to) = (row, 0, start[last])
      var (fromStep, toStep) = (chunk[last], shape[last])
      for axis in (0..<last).reversed() {
        let place = rest % inside[axis]
        rest /= inside[axis]
        from += place * fromStep
        to += (start[axis] + place) * toStep
        fromStep *= chunk[axis]
        toStep *= shape[axis]
      }
      from = bytes.startIndex + from * layout.elementBytes
      to *= layout.elementBytes
      array.replaceSubrange(to..<to + run, with: bytes[from..<from + run])
    }
  }
}
