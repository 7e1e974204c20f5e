import OctetHost

/// The lists of an array's chunks.
extension HDF5File {
  /// A chunk that was written.
  struct Chunk {
    /// Its number in the array, row by row.
    let number: Int
    let address: Int
    let bytes: Int
    /// A bit for each filter that was left out.
    let mask: Int
  }

  /// The chunks of an array that were written, in no order. What an array does not reach is left out.
  mutating func chunks(_ layout: ChunkLayout) throws(OffsetFailure) -> [Chunk] {
    guard let address = layout.address else { return [] }
    switch layout.index {
    case .tree: return try chunksOfTree(address, layout)
    case .single(let bytes, let mask):
      guard layout.counts.allSatisfy({ $0 == 1 }) else {
        throw OffsetFailure(
          offset: address, reason: "an array of \(layout.shape) has one chunk of \(layout.chunk)")
      }
      return [Chunk(number: 0, address: address, bytes: bytes, mask: mask)]
    case .implicit: return try implicitChunks(address, layout)
    case .fixedArray: return try chunksOfFixedArray(address, layout)
    case .extensibleArray: return try chunksOfExtensibleArray(address, layout)
    case .newTree: return try chunksOfNewTree(address, layout)
    }
  }

  private mutating func implicitChunks(_ address: Int, _ layout: ChunkLayout) throws(OffsetFailure) -> [Chunk]
  {
    let order = try layout.order(at: address)
    guard layout.filters.isEmpty else {
      throw OffsetFailure(offset: address, reason: "chunks without sizes have filters, which change sizes")
    }
    _ = try file.range(
      address, count: order.placeCount.multipliedReportingOverflow(by: layout.chunkBytes).partialValue)
    var chunks: [Chunk] = []
    for place in 0..<order.placeCount {
      try spend()
      guard let number = layout.number(atPlace: place, order) else { continue }
      let start = address + place * layout.chunkBytes
      chunks.append(Chunk(number: number, address: start, bytes: layout.chunkBytes, mask: 0))
    }
    return chunks
  }

  private mutating func chunksOfTree(_ address: Int, _ layout: ChunkLayout) throws(OffsetFailure) -> [Chunk] {
    let rank = layout.chunk.count
    // The size, the filters left out, a place along each axis and in the element.
    let keyBytes = 8 + 8 * (rank + 1)
    var chunks: [Chunk] = []
    var level = 255
    var nodes = [address]
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
        let count = Int(try file.number(node + 6, bytes: 2))
        var fields = HDF5Fields(file, try file.range(node + 24, count: count * (keyBytes + 8)))
        for _ in 0..<count {
          try spend()
          guard own == 0 else {
            try fields.skip(keyBytes)
            inner.append(try fields.size(8))
            continue
          }
          let (bytes, mask) = (try fields.size(4), try fields.count(4))
          var places: [Int] = []
          for axis in 0..<rank {
            let start = try fields.count(8)
            guard start % layout.chunk[axis] == 0 else {
              throw OffsetFailure(
                offset: node, reason: "a chunk of \(layout.chunk) starts at \(start) on axis \(axis)")
            }
            places.append(start / layout.chunk[axis])
          }
          try fields.skip(8)
          let place = try fields.size(8)
          if let number = layout.number(places) {
            chunks.append(Chunk(number: number, address: place, bytes: bytes, mask: mask))
          }
        }
      }
      level = lowest
      nodes = inner
    }
    return chunks
  }

  private mutating func chunksOfNewTree(_ address: Int, _ layout: ChunkLayout) throws(OffsetFailure)
    -> [Chunk]
  {
    let entry = ChunkEntry(layout)
    var chunks: [Chunk] = []
    let bytes = entry.bytes + 8 * layout.chunk.count
    for record in try records(address, kind: entry.isFiltered ? 11 : 10, bytes: bytes) {
      var fields = HDF5Fields(file, record)
      let found = try entry.read(&fields)
      var places: [Int] = []
      for _ in layout.chunk { places.append(try fields.count(8)) }
      if let found, let number = layout.number(places) {
        chunks.append(Chunk(number: number, address: found.address, bytes: found.bytes, mask: found.mask))
      }
    }
    return chunks
  }
}

/// What the newer lists say of a chunk: where it is and, if there are filters, its size and those that were left out.
struct ChunkEntry {
  let isFiltered: Bool
  private let chunkBytes: Int
  private let sizeBytes: Int

  init(_ layout: ChunkLayout) {
    isFiltered = !layout.filters.isEmpty
    chunkBytes = layout.chunkBytes
    // A byte more than the size of a chunk takes, for what filters add.
    sizeBytes = min(8, 1 + HDF5Fields.bytes(for: layout.chunkBytes))
  }

  var bytes: Int { isFiltered ? 8 + sizeBytes + 4 : 8 }

  /// Nil if the chunk was not written.
  func read(_ fields: inout HDF5Fields) throws(OffsetFailure) -> (address: Int, bytes: Int, mask: Int)? {
    let address = try fields.address()
    guard isFiltered else { return address.map { ($0, chunkBytes, 0) } }
    guard let address else {
      try fields.skip(sizeBytes + 4)
      return nil
    }
    return (address, try fields.size(sizeBytes), try fields.count(4))
  }
}
