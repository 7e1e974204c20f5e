import OctetHost

/// The lists of chunks that are arrays: one of a fixed size, and one that grows in blocks.
extension HDF5File {
  /// Entries of a list, which become chunks.
  private struct List {
    let layout: ChunkLayout
    let order: ChunkLayout.Order
    let entry: ChunkEntry
    /// How the two kinds of list mark whether entries have sizes.
    let client: Int
    var chunks: [HDF5File.Chunk] = []

    init(_ layout: ChunkLayout, at address: Int) throws(OffsetFailure) {
      self.layout = layout
      order = try layout.order(at: address)
      entry = ChunkEntry(layout)
      client = entry.isFiltered ? 1 : 0
    }
  }

  /// Reads `count` entries, the first of which stands at `place` of the list.
  private mutating func read(
    _ fields: inout HDF5Fields, count: Int, at place: Int, into list: inout List
  ) throws(OffsetFailure) {
    for place in place..<place + count {
      try spend()
      guard let found = try list.entry.read(&fields), place < list.order.placeCount,
        let number = list.layout.number(atPlace: place, list.order)
      else { continue }
      list.chunks.append(Chunk(number: number, address: found.address, bytes: found.bytes, mask: found.mask))
    }
  }

  /// The part of a list's header that both kinds have.
  private func check(
    _ header: inout HDF5Fields, of list: List, at address: Int
  ) throws(OffsetFailure) {
    let client = try header.count(1)
    let bytes = try header.count(1)
    guard client == list.client, bytes == list.entry.bytes else {
      throw OffsetFailure(
        offset: address,
        reason: "a list of chunks has entries of \(bytes) bytes; \(list.entry.bytes) are needed")
    }
  }

  /// The bits of a list, the highest of each byte first.
  private func isSet(_ bit: Int, in bits: Range<Int>) -> Bool {
    file.bytes[bits.lowerBound + bit / 8] & 0x80 >> UInt8(bit % 8) != 0
  }

  // MARK: of a fixed size

  mutating func chunksOfFixedArray(_ address: Int, _ layout: ChunkLayout) throws(OffsetFailure) -> [Chunk] {
    var list = try List(layout, at: address)
    var header = try fields("FAHD", "a list of chunks", at: address, count: 24)
    try check(&header, of: list, at: address)
    let pageBits = try header.count(1)
    let count = try header.size(8)
    guard pageBits < 32, count >= list.order.placeCount else {
      throw OffsetFailure(
        offset: address,
        reason: "a list has \(count) chunks where an array needs \(list.order.placeCount)")
    }
    guard let block = try header.address() else { return [] }
    let entryBytes = list.entry.bytes
    // Letters, version, client, the header's address; then entries, or which pages of them there are.
    guard count > 1 << pageBits else {
      var fields = try fields("FADB", "a list of chunks", at: block, count: 14 + count * entryBytes)
      try fields.skip(9)
      try read(&fields, count: count, at: 0, into: &list)
      return list.chunks
    }
    let pageCount = (count - 1) >> pageBits + 1
    var fields = try fields("FADB", "a list of chunks", at: block, count: 14 + (pageCount + 7) / 8)
    try fields.skip(9)
    let isThere = try fields.range((pageCount + 7) / 8)
    var place = isThere.upperBound + 4
    for page in 0..<pageCount {
      try spend()
      let size = min(1 << pageBits, count - page << pageBits)
      if isSet(page, in: isThere) {
        try readPage(place, count: size, at: page << pageBits, into: &list)
      }
      place += size * entryBytes + 4
    }
    return list.chunks
  }

  private mutating func readPage(
    _ address: Int, count: Int, at place: Int, into list: inout List
  ) throws(OffsetFailure) {
    let range = try file.range(address, count: count * list.entry.bytes)
    try verify(range, "a page of a list of chunks")
    var fields = HDF5Fields(file, range)
    try read(&fields, count: count, at: place, into: &list)
  }

  // MARK: that grows

  /// The sizes in the header of a list that grows.
  ///
  /// The first entries stand in the index. Then come groups of blocks: group `n` has 2^(n / 2) blocks, of
  /// 2^((n + 1) / 2) times the smallest size. The index has the addresses of the blocks of the first groups, and for
  /// each other group the address of a block that has those of its blocks.
  private struct Growth {
    let offsetBytes: Int
    let inIndex: Int
    let smallestBlock: Int
    /// The groups whose blocks' addresses the index has.
    let directGroups: Int
    let groupCount: Int
    let pageBits: Int

    func blockCount(_ group: Int) -> Int { 1 << (group / 2) }
    func blockSize(_ group: Int) -> Int { smallestBlock << ((group + 1) / 2) }
    var directBlocks: Int { (0..<directGroups).reduce(0) { $0 + blockCount($1) } }

    init(_ header: inout HDF5Fields, at address: Int) throws(OffsetFailure) {
      let bits = try header.count(1)
      inIndex = try header.count(1)
      let smallest = try header.count(1)
      let addresses = try header.count(1)
      pageBits = try header.count(1)
      func isPower(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
      // 2^bits entries at most, so no size below overflows.
      guard bits <= 48, pageBits < 32, isPower(smallest), isPower(addresses),
        smallest.trailingZeroBitCount <= bits,
        2 * addresses.trailingZeroBitCount <= 1 + bits - smallest.trailingZeroBitCount
      else {
        throw OffsetFailure(
          offset: address,
          reason: "a list of chunks grows to 2^\(bits) in blocks of \(smallest), which is not possible")
      }
      offsetBytes = (bits + 7) / 8
      smallestBlock = smallest
      directGroups = 2 * addresses.trailingZeroBitCount
      groupCount = 1 + bits - smallest.trailingZeroBitCount
    }
  }

  mutating func chunksOfExtensibleArray(_ address: Int, _ layout: ChunkLayout) throws(OffsetFailure)
    -> [Chunk]
  {
    var list = try List(layout, at: address)
    var header = try fields("EAHD", "a list of chunks", at: address, count: 68)
    try check(&header, of: list, at: address)
    let growth = try Growth(&header, at: address)
    // How many blocks there are and how large they are together, how many entries are set and how many have room.
    try header.skip(48)
    guard let index = try header.address() else { return [] }
    let (directBlocks, groups) = (growth.directBlocks, growth.groupCount - growth.directGroups)
    var fields = try fields(
      "EAIB", "a list of chunks", at: index,
      count: 14 + growth.inIndex * list.entry.bytes + (directBlocks + groups) * 8)
    try fields.skip(9)
    try read(&fields, count: growth.inIndex, at: 0, into: &list)
    var place = growth.inIndex
    for group in 0..<growth.groupCount where place < list.order.placeCount {
      if group < growth.directGroups {
        for _ in 0..<growth.blockCount(group) {
          if let block = try fields.address() {
            try readBlock(block, growth, group: group, isPageThere: nil, at: place, into: &list)
          }
          place += growth.blockSize(group)
        }
      } else {
        if let block = try fields.address() {
          try readGroup(block, growth, group: group, at: place, into: &list)
        }
        place += growth.blockCount(group) * growth.blockSize(group)
      }
    }
    return list.chunks
  }

  /// A block with the addresses of a group's blocks.
  private mutating func readGroup(
    _ address: Int, _ growth: Growth, group: Int, at start: Int, into list: inout List
  ) throws(OffsetFailure) {
    let (blockCount, blockSize) = (growth.blockCount(group), growth.blockSize(group))
    // Blocks beyond a size have pages, and bits here say which there are. Those of each block take whole bytes, and are
    // used as if they did not.
    let pageCount = blockSize > 1 << growth.pageBits ? blockSize >> growth.pageBits : 0
    let head = 14 + growth.offsetBytes
    let bitBytes = blockCount * ((pageCount + 7) / 8)
    var fields = try fields("EASB", "a list of chunks", at: address, count: head + bitBytes + blockCount * 8)
    try fields.skip(head - 5)
    let isPageThere = try fields.range(bitBytes)
    var place = start
    for block in 0..<blockCount where place < list.order.placeCount {
      if let child = try fields.address() {
        let pages = pageCount == 0 ? nil : (isPageThere, block * pageCount)
        try readBlock(child, growth, group: group, isPageThere: pages, at: place, into: &list)
      }
      place += blockSize
    }
  }

  /// - Parameter isPageThere: bits for all pages of the group, and the number of the block's first.
  private mutating func readBlock(
    _ address: Int, _ growth: Growth, group: Int, isPageThere: (bits: Range<Int>, first: Int)?, at place: Int,
    into list: inout List
  ) throws(OffsetFailure) {
    try spend()
    let size = growth.blockSize(group)
    let head = 14 + growth.offsetBytes
    guard size > 1 << growth.pageBits else {
      var fields = try fields(
        "EADB", "a list of chunks", at: address, count: head + size * list.entry.bytes)
      try fields.skip(head - 5)
      try read(&fields, count: size, at: place, into: &list)
      return
    }
    guard let isPageThere else {
      throw OffsetFailure(
        offset: address, reason: "a list of chunks has pages of 2^\(growth.pageBits) in its smallest blocks")
    }
    _ = try fields("EADB", "a list of chunks", at: address, count: head)
    let pageSize = 1 << growth.pageBits
    var start = address + head + 4
    for page in 0..<size / pageSize where place + page * pageSize < list.order.placeCount {
      if isSet(isPageThere.first + page, in: isPageThere.bits) {
        try readPage(start, count: pageSize, at: place + page * pageSize, into: &list)
      }
      start += pageSize * list.entry.bytes + 4
    }
  }
}
