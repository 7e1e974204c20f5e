import OctetHost
import OctetNetwork
import OctetText

/// The part of HDF5 in which models are kept: groups, arrays of numbers, texts as attributes, in the forms that all
/// versions of the HDF5 library up to 1.14 write.
///
/// What is not known is an error that names it. Every offset is compared with the file. The work is bounded three
/// times: by the parts that are read, by the bytes whose checksums are computed, and by those that are unpacked.
struct HDF5File {
  let file: UntrustedBytes
  /// The header of the outermost group.
  let root: Int
  /// Messages, links, records and chunks that may still be read. In a good file each takes some bytes of its own,
  /// though it may be read a few times.
  private var parts: Int
  /// Bytes of structures that may still be summed. In a good file they do not overlap.
  private var summable: Int
  /// Structures whose checksum was right, by where they are, with their sizes.
  private var summed: [Int: Int] = [:]
  /// Bytes of chunks that may still be unpacked. An array with several names is read once for each.
  private var unpackable: Int
  /// The objects outside of a heap's blocks by their numbers, for each tree of such that has been read.
  var hugeObjects: [Int: [UInt64: Range<Int>]] = [:]
  /// Groups that have been read: the outermost of a model is asked for each of its layers.
  var groups: [Int: [String: Int]] = [:]

  init(_ bytes: [UInt8]) throws(OffsetFailure) {
    file = UntrustedBytes(bytes)
    parts = min(10_000 + bytes.count, 1_000_000)
    summable = bytes.count
    unpackable = 4 * bytes.count
    guard file.holds("HDF\r\n\u{1A}\n", at: 1), bytes.first == 0x89 else {
      throw OffsetFailure(offset: 0, reason: "it does not begin as an HDF5 file does")
    }
    let version = try file.number(8, bytes: 1)
    guard version <= 3 else {
      throw OffsetFailure(
        offset: 8,
        reason: "it is written in form \(version) of HDF5; 0 to 3 are supported: save it with Keras again")
    }
    let isNew = version >= 2
    let sizes = isNew ? 9 : 13
    for place in sizes...sizes + 1 {
      let size = try file.number(place, bytes: 1)
      guard size == 8 else {
        throw OffsetFailure(
          offset: place, reason: "its addresses or sizes take \(size) bytes; 8 are supported")
      }
    }
    // The second form of the older ones has the size of trees' nodes before the addresses.
    let addresses = isNew ? 12 : version == 0 ? 24 : 28
    guard try file.number(addresses, bytes: 8) == 0 else {
      throw OffsetFailure(
        offset: addresses, reason: "its HDF5 data does not start at the beginning of the file")
    }
    let end = try file.number(addresses + 16, bytes: 8)
    guard end <= UInt64(bytes.count) else {
      throw OffsetFailure(
        offset: addresses + 16, reason: "it is cut short: \(end) bytes were written, \(bytes.count) are there"
      )
    }
    root = try file.size(isNew ? 36 : addresses + 40, bytes: 8)
    guard isNew else { return }
    try verify(0..<44, "the beginning of the file")
    // A writer marks the third form while it has the file open.
    guard version == 2 || bytes[11] & 1 == 0 else {
      throw OffsetFailure(
        offset: 11, reason: "the program that wrote it has not closed it: save it again, or use h5clear -s")
    }
  }

  // MARK: bounds

  mutating func spend() throws(OffsetFailure) {
    parts -= 1
    guard parts > 0 else { throw OffsetFailure(offset: 0, reason: "it has more parts than any model") }
  }

  /// Counts a chunk that is about to be unpacked.
  mutating func spend(unpacking count: Int, at place: Int) throws(OffsetFailure) {
    unpackable -= count
    guard unpackable >= 0 else {
      throw OffsetFailure(offset: place, reason: "its chunks are together larger than the file")
    }
  }

  /// Compares a structure with its checksum, once.
  ///
  /// - Parameter place: where the checksum is, as if it were zero, within the structure; nil if it is behind it.
  mutating func verify(_ structure: Range<Int>, _ what: String, within place: Int? = nil)
    throws(OffsetFailure)
  {
    let start = structure.lowerBound
    guard summed[start] != structure.count else { return }
    summable -= structure.count
    guard summable >= 0 else {
      throw OffsetFailure(offset: start, reason: "\(what) overlaps with other parts of the file")
    }
    let wanted = try file.number(place ?? structure.upperBound, bytes: 4)
    let found: UInt32
    if let place {
      var bytes = Array(file.bytes[structure])
      for byte in place - start..<place - start + 4 { bytes[byte] = 0 }
      found = HDF5Checksum.lookup3(bytes[...])
    } else {
      found = HDF5Checksum.lookup3(file.bytes[structure])
    }
    guard wanted == UInt64(found) else {
      throw OffsetFailure(
        offset: start,
        reason: "\(what) is damaged: its checksum is \(wanted), its \(structure.count) bytes give \(found)")
    }
    summed[start] = structure.count
  }

  /// The fields behind the letters with which a structure begins and its version, which is 0.
  ///
  /// - Parameter count: the size of the structure without the checksum behind it.
  mutating func fields(
    _ letters: String, _ what: String, at address: Int, count: Int, isSummed: Bool = true
  ) throws(OffsetFailure) -> HDF5Fields {
    guard file.holds(letters, at: address) else {
      throw OffsetFailure(offset: address, reason: "\(what) does not begin with \(letters)")
    }
    let range = try file.range(address, count: count)
    if isSummed { try verify(range, what) }
    var fields = HDF5Fields(file, range)
    try fields.skip(4)
    let version = try fields.number(1)
    guard version == 0 else {
      throw OffsetFailure(offset: address, reason: "\(what) is of version \(version); 0 is supported")
    }
    return fields
  }
}
