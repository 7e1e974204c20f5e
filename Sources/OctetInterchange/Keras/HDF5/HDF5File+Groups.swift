import OctetHost
import OctetText

/// Groups, which are tables of names: symbol tables in the older form; in the newer one messages of the object, or a
/// heap with a tree when there are many.
extension HDF5File {
  /// The longest name of an object in bytes.
  private static let longestName = 1_000

  /// The objects in a group by name; empty if it is none.
  mutating func children(_ address: Int) throws(OffsetFailure) -> [String: Int] {
    // Counted even where it is known: groups may contain each other.
    try spend()
    if let known = groups[address] { return known }
    var found: [String: Int] = [:]
    for message in try messages(address) {
      switch message.type {
      case Message.symbolTable: try readSymbolTable(message.body, into: &found)
      case Message.link: try readLink(message.body, into: &found)
      case Message.linkInfo: try readDenseLinks(message.body, into: &found)
      default: continue
      }
    }
    groups[address] = found
    return found
  }

  /// The object under a path of names; nil if there is none.
  mutating func object(_ path: [String], from start: Int? = nil) throws(OffsetFailure) -> Int? {
    var address = start ?? root
    for name in path {
      guard let next = try children(address)[name] else { return nil }
      address = next
    }
    return address
  }

  private func add(
    _ bytes: ArraySlice<UInt8>, _ address: Int, at place: Int, to found: inout [String: Int]
  ) throws(OffsetFailure) {
    let name = String(decoding: bytes, as: UTF8.self)
    guard found.updateValue(address, forKey: name) == nil else {
      throw OffsetFailure(offset: place, reason: "a group has \(name.quoted) twice")
    }
  }

  // MARK: symbol tables

  private mutating func readSymbolTable(_ body: Range<Int>, into found: inout [String: Int])
    throws(OffsetFailure)
  {
    var table = HDF5Fields(file, body)
    var nodes = [try table.size(8)]
    let heap = try table.size(8)
    guard file.holds("HEAP", at: heap) else {
      throw OffsetFailure(offset: heap, reason: "the names of a group are not here")
    }
    let names = try file.range(file.size(heap + 24, bytes: 8), count: file.size(heap + 8, bytes: 8))
    var level = 255
    while !nodes.isEmpty {
      var inner: [Int] = []
      var lowest = 255
      for node in nodes {
        try spend()
        if file.holds("SNOD", at: node) {
          try readSymbols(node, names: names, into: &found)
          continue
        }
        let own = Int(try file.number(node + 5, bytes: 1))
        // Each level down is a smaller one, so there is an end.
        guard file.holds("TREE", at: node), try file.number(node + 4, bytes: 1) == 0, own < level else {
          throw OffsetFailure(offset: node, reason: "a group's tree is not of the form that Keras writes")
        }
        lowest = min(lowest, own)
        for entry in 0..<Int(try file.number(node + 6, bytes: 2)) {
          try spend()
          inner.append(try file.size(node + 32 + 16 * entry, bytes: 8))
        }
      }
      level = lowest
      nodes = inner
    }
  }

  private mutating func readSymbols(_ node: Int, names: Range<Int>, into found: inout [String: Int])
    throws(OffsetFailure)
  {
    for entry in 0..<Int(try file.number(node + 6, bytes: 2)) {
      try spend()
      let place = node + 8 + 40 * entry
      let start = names.lowerBound + min(try file.size(place, bytes: 8), names.count)
      // Cut short first: a heap without a zero byte must not be searched to its end for every symbol.
      let name = file.bytes[start..<names.upperBound].prefix(Self.longestName).prefix(while: { $0 != 0 })
      guard try file.number(place + 16, bytes: 4) != 2 else {
        throw linkFailure(String(decoding: name, as: UTF8.self), "a soft link", at: place)
      }
      try add(name, file.size(place + 8, bytes: 8), at: place, to: &found)
    }
  }

  private func linkFailure(_ name: String, _ kind: String, at place: Int) -> OffsetFailure {
    OffsetFailure(
      offset: place, reason: "\(name.quoted) is \(kind); hard links are supported: copy what it stands for")
  }

  // MARK: link messages

  private mutating func readLink(_ body: Range<Int>, into found: inout [String: Int]) throws(OffsetFailure) {
    var link = HDF5Fields(file, body)
    let version = try link.number(1)
    let flags = try link.number(1)
    guard version == 1, flags & 0xE0 == 0 else {
      throw OffsetFailure(
        offset: body.lowerBound, reason: "a link is of version \(version), flags \(flags); 1 is supported")
    }
    let kind = flags & 8 == 0 ? 0 : try link.number(1)
    // The order in which links were made, and whether the name is ASCII or UTF-8.
    try link.skip((flags & 4 == 0 ? 0 : 8) + (flags & 16 == 0 ? 0 : 1))
    let length = try link.size(1 << Int(flags & 3))
    guard length <= Self.longestName else {
      throw OffsetFailure(
        offset: body.lowerBound, reason: "a name has \(length) bytes; the limit is \(Self.longestName)")
    }
    let name = file.bytes[try link.range(length)]
    switch kind {
    case 0: try add(name, link.size(8), at: body.lowerBound, to: &found)
    case 1: throw linkFailure(String(decoding: name, as: UTF8.self), "a soft link", at: body.lowerBound)
    case 64:
      throw linkFailure(
        String(decoding: name, as: UTF8.self), "a link to another file", at: body.lowerBound)
    default:
      throw linkFailure(String(decoding: name, as: UTF8.self), "a link of kind \(kind)", at: body.lowerBound)
    }
  }

  private mutating func readDenseLinks(_ body: Range<Int>, into found: inout [String: Int])
    throws(OffsetFailure)
  {
    guard let (heap, tree) = try index(body, of: "a group's links", countBytes: 8) else { return }
    // The sum of the name, then the place in the heap.
    for record in try records(tree, kind: 5, bytes: 4 + heap.idBytes) {
      try readLink(object(record.dropFirst(4), in: heap), into: &found)
    }
  }
}
