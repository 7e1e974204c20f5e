import OctetHost

/// A fractal heap: where the newer form keeps links and attributes when an object has many or large ones.
///
/// Its blocks stand for one range of offsets. Rows of `width` blocks each follow on one another; the blocks of the
/// first two rows have the smallest size, those of each further row twice that of the row before. Up to a size the
/// blocks hold objects; larger ones hold rows of the same kind.
struct HDF5Heap {
  let address: Int
  /// The size of the name of an object in the heap.
  let idBytes: Int
  let offsetBytes: Int
  let lengthBytes: Int
  let width: Int
  let smallestBlock: Int
  /// The largest block that holds objects.
  let largestBlock: Int
  let root: Int?
  /// The rows of the outermost block; 0 if it holds objects itself.
  let rootRows: Int
  let hasChecksums: Bool
  /// The tree of the objects that are too large for the blocks.
  let hugeTree: Int?

  /// How many of an outer block's rows have blocks with objects.
  var directRows: Int { largestBlock.trailingZeroBitCount - smallestBlock.trailingZeroBitCount + 2 }
  /// The size of a block's head, without a checksum: letters, version, the heap's address, the block's offset.
  var headBytes: Int { 13 + offsetBytes }
  func blockBytes(row: Int) -> Int { smallestBlock << max(0, row - 1) }
}

extension HDF5File {
  /// The heap with an object's links or attributes, and the tree of their names, which a message names; nil where it
  /// has few, which are messages themselves.
  ///
  /// - Parameter countBytes: of how many were made, if that is counted.
  mutating func index(_ body: Range<Int>, of what: String, countBytes: Int) throws(OffsetFailure)
    -> (heap: HDF5Heap, tree: Int)?
  {
    var info = HDF5Fields(file, body)
    let version = try info.number(1)
    let flags = try info.number(1)
    guard version == 0 else {
      throw OffsetFailure(
        offset: body.lowerBound, reason: "\(what) are of version \(version); 0 is supported")
    }
    try info.skip(flags & 1 == 0 ? 0 : countBytes)
    guard let place = try info.address() else { return nil }
    guard let tree = try info.address() else {
      throw OffsetFailure(offset: body.lowerBound, reason: "\(what) have no index of names")
    }
    return (try heap(place), tree)
  }

  mutating func heap(_ address: Int) throws(OffsetFailure) -> HDF5Heap {
    var header = try fields("FRHP", "a heap", at: address, count: 142)
    let idBytes = try header.count(2)
    let filterBytes = try header.count(2)
    guard filterBytes == 0 else {
      throw OffsetFailure(
        offset: address, reason: "a group's links are compressed, which is not supported; store it without")
    }
    let flags = try header.count(1)
    let largestObject = try header.count(4)
    try header.skip(8)
    let hugeTree = try header.address()
    // Free space, and how many objects of each kind there are.
    try header.skip(80)
    let width = try header.count(2)
    let smallest = try header.count(8)
    let largest = try header.count(8)
    let offsetBits = try header.count(2)
    try header.skip(2)
    let root = try header.address()
    let rootRows = try header.count(2)
    func isPower(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
    guard isPower(width), isPower(smallest), isPower(largest), smallest <= largest, offsetBits <= 56,
      // So rows of blocks within blocks are fewer than those around them, and all offsets below 2^56.
      largest.trailingZeroBitCount < offsetBits,
      smallest.trailingZeroBitCount + width.trailingZeroBitCount <= largest.trailingZeroBitCount + 1,
      rootRows <= offsetBits - smallest.trailingZeroBitCount - width.trailingZeroBitCount + 1
    else {
      throw OffsetFailure(
        offset: address,
        reason:
          "a heap has rows of \(width) blocks from \(smallest) to \(largest) bytes, which is not possible")
    }
    return HDF5Heap(
      address: address, idBytes: idBytes, offsetBytes: (offsetBits + 7) / 8,
      // The smaller of the bytes for an offset in a block and for the size of an object.
      lengthBytes: min((largest.trailingZeroBitCount + 7) / 8, HDF5Fields.bytes(for: largestObject)),
      width: width, smallestBlock: smallest, largestBlock: largest, root: root, rootRows: rootRows,
      hasChecksums: flags & 2 != 0, hugeTree: hugeTree)
  }

  /// Where an object of a heap is.
  ///
  /// - Parameter id: where its name in the heap is.
  mutating func object(_ id: Range<Int>, in heap: HDF5Heap) throws(OffsetFailure) -> Range<Int> {
    try spend()
    var fields = HDF5Fields(file, id)
    let first = try fields.count(1)
    switch first >> 4 {
    case 0:
      return try managedObject(
        offset: fields.count(heap.offsetBytes), count: fields.count(heap.lengthBytes), in: heap)
    case 1: return try hugeObject(&fields, in: heap)
    case 2:
      // Within its name; a long name has more bits for the size.
      let count = heap.idBytes <= 17 ? first & 15 : (first & 15) << 8 | (try fields.count(1))
      return try fields.range(count + 1)
    default:
      throw OffsetFailure(
        offset: id.lowerBound, reason: "an object of a heap is of kind \(first >> 4); 0 to 2 are supported")
    }
  }

  private mutating func managedObject(
    offset: Int, count: Int, in heap: HDF5Heap
  ) throws(OffsetFailure) -> Range<Int> {
    func missing() -> OffsetFailure {
      OffsetFailure(offset: heap.address, reason: "a heap has no \(count) bytes at offset \(offset)")
    }
    guard var block = heap.root else { throw missing() }
    var rows = heap.rootRows
    var bytes = heap.smallestBlock
    // The offset within the block.
    var rest = offset
    while rows > 0 {
      // Everything but the checksum; each block in a row has an address.
      var fields = try fields(
        "FHIB", "a heap's block", at: block, count: heap.headBytes + rows * heap.width * 8)
      try fields.skip(heap.headBytes - 5)
      var row = 0
      while row < rows, rest >= heap.width * heap.blockBytes(row: row) {
        rest -= heap.width * heap.blockBytes(row: row)
        row += 1
      }
      guard row < rows else { throw missing() }
      bytes = heap.blockBytes(row: row)
      try fields.skip(8 * (row * heap.width + rest / bytes))
      guard let child = try fields.address() else { throw missing() }
      block = child
      rest %= bytes
      // The first row of a block within has as many bytes as the heap's first row; `row` is less than `rows`.
      rows =
        row < heap.directRows
        ? 0
        : bytes.trailingZeroBitCount - heap.smallestBlock.trailingZeroBitCount
          - heap.width.trailingZeroBitCount + 1
    }
    _ = try fields("FHDB", "a heap's block", at: block, count: heap.headBytes, isSummed: false)
    let range = try file.range(block, count: bytes)
    let head = heap.headBytes + (heap.hasChecksums ? 4 : 0)
    guard rest >= head, count <= bytes - rest else { throw missing() }
    if heap.hasChecksums { try verify(range, "a heap's block", within: block + heap.headBytes) }
    return block + rest..<block + rest + count
  }

  /// An object outside of the blocks, whose place its name says or a tree.
  private mutating func hugeObject(
    _ id: inout HDF5Fields, in heap: HDF5Heap
  ) throws(OffsetFailure) -> Range<Int> {
    guard heap.idBytes < 17 else { return try file.range(id.size(8), count: id.size(8)) }
    let place = id.place
    let wanted = try id.number(min(8, heap.idBytes - 1))
    guard let tree = heap.hugeTree else {
      throw OffsetFailure(offset: place, reason: "a heap has no tree of its large objects")
    }
    if hugeObjects[tree] == nil {
      var found: [UInt64: Range<Int>] = [:]
      for record in try records(tree, kind: 1, bytes: 24) {
        var fields = HDF5Fields(file, record)
        let object = try file.range(fields.size(8), count: fields.size(8))
        found[try fields.number(8)] = object
      }
      hugeObjects[tree] = found
    }
    if let object = hugeObjects[tree]?[wanted] { return object }
    throw OffsetFailure(offset: place, reason: "a heap has no large object of number \(wanted)")
  }
}
