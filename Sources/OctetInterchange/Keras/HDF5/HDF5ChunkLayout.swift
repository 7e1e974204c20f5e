import OctetHost
import OctetNetwork

/// How an array is divided into chunks of one shape, and where the list of those is.
///
/// The chunks that the array needs have numbers, row by row. Lists that allow for growth count other rows.
struct ChunkLayout {
  enum Index {
    /// The older trees.
    case tree
    case single(bytes: Int, mask: Int)
    /// All chunks follow each other.
    case implicit
    case fixedArray, extensibleArray
    /// The newer trees.
    case newTree
  }

  let index: Index
  /// Nil if no chunk was written.
  let address: Int?
  let shape: [Int]
  let chunk: [Int]
  let elementBytes: Int
  let chunkBytes: Int
  let filters: [HDF5Filter]
  /// Whether chunks that the array does not fill were left without filters.
  let leavesEdges: Bool
  /// How many chunks there are along each axis.
  let counts: [Int]
  /// The most that there can be, nil where the axis has no limit.
  let largestCounts: [Int?]

  /// - Parameter fields: the message behind its kind.
  init(
    _ fields: inout HDF5Fields, isNew: Bool, _ extent: HDF5File.Extent, elementBytes: Int,
    filters: [HDF5Filter]
  ) throws(OffsetFailure) {
    let place = fields.place
    let flags = isNew ? try fields.number(1) : 0
    let axes = try fields.count(1)
    let rank = extent.shape.count
    guard rank > 0, axes == rank + 1 else {
      throw OffsetFailure(
        offset: place, reason: "chunks of \(axes - 1) axes belong to an array of \(rank)")
    }
    var address = isNew ? nil : try fields.address()
    let sizeBytes = isNew ? try fields.count(1) : 4
    guard (1...8).contains(sizeBytes) else {
      throw OffsetFailure(offset: place, reason: "the sizes of chunks have \(sizeBytes) bytes, of at most 8")
    }
    var sizes: [Int] = []
    var bytes = 1
    for _ in 0..<axes {
      let size = try fields.count(sizeBytes)
      guard size > 0, !bytes.multipliedReportingOverflow(by: size).overflow, bytes * size <= 1 << 30 else {
        throw OffsetFailure(offset: place, reason: "the chunks of an array are too large")
      }
      sizes.append(size)
      bytes *= size
    }
    // The last axis is the element.
    let chunk = Array(sizes.dropLast())
    guard sizes.last == elementBytes else {
      throw OffsetFailure(
        offset: place,
        reason: "chunks have elements of \(sizes.last ?? 0) bytes, their array of \(elementBytes)")
    }
    var index = Index.tree
    if isNew {
      let kind = try fields.number(1)
      switch kind {
      case 1 where flags & 2 != 0:
        index = .single(bytes: try fields.size(8), mask: try fields.count(4))
      case 1: index = .single(bytes: bytes, mask: 0)
      case 2: index = .implicit
      // What is behind the numbers of these stands in their own headers too.
      case 3:
        try fields.skip(1)
        index = .fixedArray
      case 4:
        try fields.skip(5)
        index = .extensibleArray
      case 5:
        try fields.skip(6)
        index = .newTree
      default:
        throw OffsetFailure(
          offset: place, reason: "the chunks of an array are listed by method \(kind); 1 to 5 are supported")
      }
      address = try fields.address()
    }
    self.index = index
    self.address = address
    shape = extent.shape
    self.chunk = chunk
    self.elementBytes = elementBytes
    chunkBytes = bytes
    self.filters = filters
    leavesEdges = flags & 1 != 0
    counts = zip(shape, chunk).map { ($0 + $1 - 1) / $1 }
    largestCounts = zip(extent.largest, chunk).map { size, chunk in size.map { ($0 - 1) / chunk + 1 } }
  }

  /// Where the first element of a chunk is in the array.
  func start(ofChunk number: Int) -> [Int] {
    var rest = number
    var start = chunk
    for axis in chunk.indices.reversed() {
      start[axis] *= rest % counts[axis]
      rest /= counts[axis]
    }
    return start
  }

  /// Whether a chunk that starts there is not filled.
  func isAtEdge(_ start: [Int]) -> Bool {
    chunk.indices.contains { start[$0] + chunk[$0] > shape[$0] }
  }

  /// The number of a chunk by its places along the axes; nil if the array does not reach there.
  func number(_ places: [Int]) -> Int? {
    var number = 0
    for (place, count) in zip(places, counts) {
      guard place < count else { return nil }
      // Within the number of elements, which is limited.
      number = number * count + place
    }
    return number
  }

  /// How the places of a list stand for chunks.
  struct Order {
    /// The axes, the one that counts slowest first.
    let axes: [Int]
    /// The chunks along each axis, in the same order; that of the first is not needed.
    let counts: [Int]
    /// How many places belong to chunks of the array, with others between them.
    let placeCount: Int
  }

  /// The order of lists that allow for growth, along one axis without limit, which counts slowest then.
  func order(at place: Int) throws(OffsetFailure) -> Order {
    let unlimited = largestCounts.indices.filter { largestCounts[$0] == nil }
    var axes = Array(chunk.indices)
    if let first = unlimited.first {
      axes.remove(at: first)
      axes.insert(first, at: 0)
    }
    let ordered = axes.map { largestCounts[$0] ?? counts[$0] }
    var count = counts[axes[0]]
    for size in ordered.dropFirst() {
      guard !count.multipliedReportingOverflow(by: size).overflow else {
        throw OffsetFailure(offset: place, reason: "an array can grow to more chunks than there are numbers")
      }
      count *= size
    }
    guard unlimited.count <= 1 else {
      throw OffsetFailure(
        offset: place,
        reason: "a list of chunks is for one axis without limit, and \(unlimited.count) have none")
    }
    return Order(axes: axes, counts: ordered, placeCount: count)
  }

  /// The number of the chunk at a place of a list; nil if the array does not reach there.
  func number(atPlace place: Int, _ order: Order) -> Int? {
    var places = chunk
    var rest = place
    for (axis, count) in zip(order.axes, order.counts).reversed().dropLast() {
      places[axis] = rest % count
      rest /= count
    }
    places[order.axes[0]] = rest
    return number(places)
  }
}
