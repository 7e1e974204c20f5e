import OctetHost
import OctetNetwork
import OctetText

/// The part of HDF5 that Keras writes: groups by symbol tables, arrays of numbers, texts as attributes.
///
/// The whole format, with its compression and its older and newer forms of everything, takes a library of a hundred
/// times the size. What is not known is an error. Every offset is compared with the file, and the work is bounded: no
/// more links are followed than `budget` says.
struct HDF5File {
  let file: UntrustedBytes
  /// The header of the outermost group.
  let root: Int
  /// Messages and links that may still be read.
  private var budget = 200_000
  /// Groups that have been read: the outermost of a model is asked for each of its layers.
  private var groups: [Int: [String: Int]] = [:]

  /// A part of an object's description.
  struct Message {
    let type: Int
    let body: Range<Int>
  }

  init(_ bytes: [UInt8]) throws(OffsetFailure) {
    file = UntrustedBytes(bytes)
    guard file.holds("HDF\r\n\u{1A}\n", at: 1), bytes.first == 0x89 else {
      throw OffsetFailure(offset: 0, reason: "it does not begin as an HDF5 file does")
    }
    let version = try file.number(8, bytes: 1)
    guard version <= 1, try file.number(13, bytes: 1) == 8, try file.number(14, bytes: 1) == 8 else {
      throw OffsetFailure(
        offset: 8,
        reason: "it is written in a newer form of HDF5 than Keras writes (libver); save it again with Keras")
    }
    let addresses = version == 0 ? 24 : 28
    guard try file.number(addresses, bytes: 8) == 0 else {
      throw OffsetFailure(
        offset: addresses, reason: "its HDF5 data does not start at the beginning of the file")
    }
    root = try file.size(addresses + 40, bytes: 8)
  }

  mutating func spend() throws(OffsetFailure) {
    budget -= 1
    guard budget > 0 else { throw OffsetFailure(offset: 0, reason: "it has more parts than any model") }
  }

  // MARK: objects

  /// The messages of the object whose header stands at `address`.
  mutating func messages(_ address: Int) throws(OffsetFailure) -> [Message] {
    guard try file.number(address, bytes: 1) == 1 else {
      throw OffsetFailure(
        offset: address, reason: "an object's description is not of the form that Keras writes")
    }
    var blocks = [try file.range(address + 16, count: file.size(address + 8, bytes: 4))]
    var messages: [Message] = []
    while let block = blocks.popLast() {
      var place = block.lowerBound
      while place + 8 <= block.upperBound {
        try spend()
        let type = Int(try file.number(place, bytes: 2))
        let body = try file.range(place + 8, count: Int(file.number(place + 2, bytes: 2)))
        guard body.upperBound <= block.upperBound else {
          throw OffsetFailure(offset: place, reason: "a message is longer than its block")
        }
        if type == 0x10 {
          blocks.append(
            try file.range(
              file.size(body.lowerBound, bytes: 8), count: file.size(body.lowerBound + 8, bytes: 8)))
        } else {
          messages.append(Message(type: type, body: body))
        }
        place = body.upperBound
      }
    }
    return messages
  }

  /// The objects in a group by name; empty if it is none.
  mutating func children(_ address: Int) throws(OffsetFailure) -> [String: Int] {
    if let known = groups[address] { return known }
    let found = try readChildren(address)
    groups[address] = found
    return found
  }

  private mutating func readChildren(_ address: Int) throws(OffsetFailure) -> [String: Int] {
    guard let table = try messages(address).first(where: { $0.type == 0x11 })?.body.lowerBound else {
      return [:]
    }
    let heap = try file.size(table + 8, bytes: 8)
    guard file.holds("HEAP", at: heap) else {
      throw OffsetFailure(offset: heap, reason: "the names of a group are not here")
    }
    let names = try file.range(file.size(heap + 24, bytes: 8), count: file.size(heap + 8, bytes: 8))
    var found: [String: Int] = [:]
    var level = 255
    var nodes = [try file.size(table, bytes: 8)]
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
    return found
  }

  private mutating func readSymbols(_ node: Int, names: Range<Int>, into found: inout [String: Int])
    throws(OffsetFailure)
  {
    for entry in 0..<Int(try file.number(node + 6, bytes: 2)) {
      try spend()
      let place = node + 8 + 40 * entry
      let start = names.lowerBound + min(try file.size(place, bytes: 8), names.count)
      // Cut short first: a heap without a zero byte must not be searched to its end for every symbol.
      let name = file.bytes[start..<names.upperBound].prefix(1_000).prefix(while: { $0 != 0 })
      found[String(decoding: name, as: UTF8.self)] = try file.size(place + 8, bytes: 8)
    }
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
}

extension HDF5File {
  /// What the elements of an array are.
  enum Element {
    case float(bytes: Int)
    case integer(bytes: Int, isSigned: Bool)
    case text(bytes: Int)
    /// A length and a place elsewhere in the file.
    case distantText
  }

  func element(_ place: Int) throws(OffsetFailure) -> Element {
    let kind = try file.number(place, bytes: 1) & 0x0F
    let size = Int(try file.number(place + 4, bytes: 4))
    let isBigEndian = try file.number(place + 1, bytes: 1) & 1 == 1
    switch kind {
    case 0:
      guard !isBigEndian, [1, 2, 4, 8].contains(size) else { break }
      return .integer(bytes: size, isSigned: try file.number(place + 1, bytes: 1) & 8 != 0)
    case 1:
      // The exponent's bits tell a half from a bfloat16.
      let exponent = Int(try file.number(place + 13, bytes: 1))
      guard !isBigEndian, [2: 5, 4: 8, 8: 11][size] == exponent else { break }
      return .float(bytes: size)
    case 3: return .text(bytes: size)
    case 9: return .distantText
    default: break
    }
    throw OffsetFailure(
      offset: place, reason: "its numbers are neither floats nor integers as Keras writes them")
  }

  /// A text that is kept as an attribute of an object; nil if it has none of that name.
  mutating func text(_ wanted: String, of address: Int) throws(OffsetFailure) -> String? {
    for message in try messages(address) where message.type == 0x0C {
      let start = message.body.lowerBound
      let version = try file.number(start, bytes: 1)
      // In the first version each part takes a multiple of 8 bytes; the third has a byte more for the alphabet.
      func padded(_ size: UInt64) -> Int { version == 1 ? (Int(size) + 7) / 8 * 8 : Int(size) }
      let nameSize = try file.number(start + 2, bytes: 2)
      let name = try file.range(start + (version == 3 ? 9 : 8), count: Int(nameSize))
      guard file.bytes[name].prefix(while: { $0 != 0 }).elementsEqual(Array(wanted.utf8)) else { continue }
      let type = name.lowerBound + padded(nameSize)
      let space = type + padded(try file.number(start + 4, bytes: 2))
      let data = space + padded(try file.number(start + 6, bytes: 2))
      switch try element(type) {
      case .text(let bytes):
        let range = try file.range(data, count: bytes)
        return String(decoding: file.bytes[range].prefix { $0 != 0 }, as: UTF8.self)
      case .distantText:
        return try distantText(data)
      case .float, .integer:
        throw OffsetFailure(offset: type, reason: "attribute \(wanted.quoted) is not a text")
      }
    }
    return nil
  }

  /// A text in one of the heaps that objects share.
  private func distantText(_ place: Int) throws(OffsetFailure) -> String {
    let length = try file.size(place, bytes: 4)
    let heap = try file.size(place + 4, bytes: 8)
    let wanted = try file.number(place + 12, bytes: 4)
    guard file.holds("GCOL", at: heap) else {
      throw OffsetFailure(offset: heap, reason: "the text of an attribute is not here")
    }
    let part = try file.range(heap, count: file.size(heap + 8, bytes: 8))
    var entry = heap + 16
    while entry + 16 <= part.upperBound {
      let index = try file.number(entry, bytes: 2)
      let size = try file.size(entry + 8, bytes: 8)
      // Number 0 is what is left free at the end.
      if index == 0 { break }
      if index == wanted {
        return String(
          decoding: file.bytes[try file.range(entry + 16, count: min(length, size))], as: UTF8.self)
      }
      entry += 16 + (size + 7) / 8 * 8
    }
    throw OffsetFailure(offset: heap, reason: "the text of an attribute is not in its heap")
  }
}
