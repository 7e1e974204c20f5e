import OctetHost

/// The newer form of trees, in which nodes of equal sizes hold records of equal sizes.
extension HDF5File {
  /// A node that has yet to be read.
  private struct Node {
    let address: Int
    let recordCount: Int
    /// 0 for leaves.
    let depth: Int
  }

  /// Where the records of a tree are, in no order.
  ///
  /// - Parameters:
  ///   - kind: what its records are: 1 objects of a heap, 5 names of links, 8 names of attributes, 10 and 11 chunks.
  ///   - bytes: the size of a record of that kind.
  mutating func records(_ address: Int, kind: Int, bytes: Int) throws(OffsetFailure) -> [Range<Int>] {
    var header = try fields("BTHD", "a tree", at: address, count: 34)
    let own = try header.count(1)
    let nodeBytes = try header.count(4)
    let recordBytes = try header.count(2)
    let depth = try header.count(2)
    try header.skip(2)
    let root = try header.address()
    let rootCount = try header.count(2)
    let total = try header.count(8)
    guard own == kind, recordBytes == bytes else {
      throw OffsetFailure(
        offset: address,
        reason:
          "a tree has records of kind \(own) with \(recordBytes) bytes; kind \(kind) with \(bytes) is needed")
    }
    guard let root, total > 0 else { return [] }
    let pointers = try pointerBytes(nodeBytes: nodeBytes, recordBytes: recordBytes, depth: depth, at: address)
    var records: [Range<Int>] = []
    var nodes = [Node(address: root, recordCount: rootCount, depth: depth)]
    while let node = nodes.popLast() {
      try spend()
      let children = node.depth == 0 ? 0 : node.recordCount + 1
      // The letters, the version, the kind; behind the records and pointers the checksum.
      let count = 6 + node.recordCount * recordBytes + children * pointers[node.depth].whole
      guard count + 4 <= nodeBytes else {
        throw OffsetFailure(
          offset: node.address, reason: "a tree's node has \(node.recordCount) records, more than it holds")
      }
      var fields = try fields(
        node.depth == 0 ? "BTLF" : "BTIN", "a tree's node", at: node.address, count: count)
      guard try fields.count(1) == kind else {
        throw OffsetFailure(offset: node.address, reason: "a tree's node is of another kind than the tree")
      }
      for _ in 0..<node.recordCount {
        try spend()
        records.append(try fields.range(recordBytes))
      }
      for _ in 0..<children {
        let child = try fields.size(8)
        let own = try fields.count(pointers[node.depth].count)
        try fields.skip(pointers[node.depth].total)
        nodes.append(Node(address: child, recordCount: own, depth: node.depth - 1))
      }
    }
    guard records.count == total else {
      throw OffsetFailure(
        offset: address, reason: "a tree has \(records.count) records where its header says \(total)")
    }
    return records
  }

  /// What a pointer to a child takes, at each depth of the node that holds it.
  ///
  /// It has an address, the number of records in the child, and above the lowest nodes that of all records below. The
  /// numbers take as many bytes as the largest of them would need, which follows from how many records fit into nodes.
  private func pointerBytes(
    nodeBytes: Int, recordBytes: Int, depth: Int, at address: Int
  ) throws(OffsetFailure) -> [(whole: Int, count: Int, total: Int)] {
    // A node's letters, version, kind and checksum take 10 bytes.
    let leafCount = recordBytes > 0 ? (nodeBytes - 10) / recordBytes : 0
    guard leafCount > 0, depth < 16 else {
      throw OffsetFailure(
        offset: address,
        reason: "a tree has nodes of \(nodeBytes) bytes and \(depth) levels, which no model needs")
    }
    let count = HDF5Fields.bytes(for: leafCount)
    var pointers = [(whole: 0, count: count, total: 0)]
    var most = leafCount
    for level in 0..<depth {
      let total = level == 0 ? 0 : HDF5Fields.bytes(for: most)
      let whole = 8 + count + total
      pointers.append((whole: whole, count: count, total: total))
      let own = max(0, nodeBytes - 10 - whole) / (recordBytes + whole)
      let (below, isTooLarge) = (own + 1).multipliedReportingOverflow(by: most)
      // More than that take no more bytes.
      most = isTooLarge ? .max : below.addingReportingOverflow(own).overflow ? .max : below + own
    }
    return pointers
  }
}
