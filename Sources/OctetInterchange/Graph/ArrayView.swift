import OctetTraining

/// How the elements of an array axis lie in a value of the graph.
///
/// A value holds its elements in one order: row by row, column by column, channels last. An axis of an array is a list
/// of parts, outermost first; a step along a part moves `stride` elements. So a channel axis is one part of stride 1,
/// an image flattened channels first is one axis of the parts channel, row, column, and no data ever needs to move:
/// a transpose permutes axes and a reshape regroups parts.
struct ArrayAxis: Hashable {
  struct Part: Hashable {
    var size: Int
    var stride: Int
  }

  /// No part has size 1, and no two neighbors can be written as one.
  private(set) var parts: [Part] = []

  init(_ parts: [Part]) {
    for part in parts where part.size != 1 {
      if let last = self.parts.last, last.stride == part.stride * part.size {
        self.parts[self.parts.count - 1] = Part(size: last.size * part.size, stride: part.stride)
      } else {
        self.parts.append(part)
      }
    }
  }

  init(size: Int, stride: Int) { self.init([Part(size: size, stride: stride)]) }

  /// An axis of size 1.
  static let one = ArrayAxis([])

  var size: Int { parts.reduce(1) { $0 * $1.size } }

  /// Whether every step stays within `count` neighboring elements.
  func lies(within count: Int) -> Bool { parts.allSatisfy { $0.stride * $0.size <= count } }

  /// Whether every step moves by a multiple of `count` elements.
  func moves(byMultiplesOf count: Int) -> Bool { parts.allSatisfy { $0.stride % count == 0 } }

  /// The index along this axis of the element at `offset`.
  func index(ofElementAt offset: Int) -> Int {
    parts.reduce(0) { $0 * $1.size + offset / $1.stride % $1.size }
  }

  /// The offset of each index, in order.
  var offsets: [Int] {
    var offsets = [0]
    for part in parts {
      var finer: [Int] = []
      finer.reserveCapacity(offsets.count * part.size)
      for offset in offsets { for index in 0..<part.size { finer.append(offset + index * part.stride) } }
      offsets = finer
    }
    return offsets
  }

  /// The same axis where strides of at least `limit` are scaled, as the elements below them became more or fewer.
  func scaled(above limit: Int, from old: Int, to new: Int) -> ArrayAxis {
    ArrayAxis(
      parts.map { $0.stride >= limit ? Part(size: $0.size, stride: $0.stride / old * new) : $0 })
  }
}

/// An array of a file's own format: which value of the graph it shows, and how its axes lie there.
///
/// The batch is not among the axes; it stays the first one.
struct ArrayView: Hashable {
  /// 0 is the graph's input, `i` what node `i - 1` makes.
  var value: Int
  var axes: [ArrayAxis]
  /// False while a batch of one is left out: .tflite files bring the rows of an image into the form of a matrix so.
  var hasBatch = true
  /// How many of the first axes the file counts to the batch, as one axis of all items' rows: what TensorFlow makes of
  /// an array before it multiplies its last axis by a matrix. Only what looks at each row alone may read it.
  var rowAxes = 0
  /// What is chosen among the elements, where they are the last.
  var choice: ArrayChoice?

  var sizes: [Int] { axes.map(\.size) }
  var count: Int { axes.reduce(1) { $0 * $1.size } }

  /// The same elements in their order under other sizes; nil where an axis would need elements that lie in no pattern
  /// of equal steps.
  func reshaped(_ sizes: [Int]) -> ArrayView? {
    // Neighbors that one step runs through are one part, whatever axes they were cut into.
    var rest = Array(ArrayAxis(axes.flatMap(\.parts)).parts.reversed())
    var made: [ArrayAxis] = []
    for size in sizes {
      var own: [ArrayAxis.Part] = []
      var left = size
      while left > 1 {
        guard let part = rest.popLast() else { return nil }
        if left % part.size == 0 {
          own.append(part)
          left /= part.size
        } else if part.size % left == 0 {
          let inner = part.size / left
          own.append(ArrayAxis.Part(size: left, stride: part.stride * inner))
          rest.append(ArrayAxis.Part(size: inner, stride: part.stride))
          left = 1
        } else {
          return nil
        }
      }
      guard left == 1 else { return nil }
      made.append(ArrayAxis(own))
    }
    return rest.isEmpty ? ArrayView(value: value, axes: made) : nil
  }

  /// For each element of the array in its order, its place in the value; nil where the orders are the same.
  var places: [Int]? {
    let flat = ArrayAxis(axes.flatMap(\.parts))
    return flat.parts.isEmpty || flat.parts == [ArrayAxis.Part(size: count, stride: 1)] ? nil : flat.offsets
  }
}

extension ArrayView {
  /// An axis by its number in the file, where the batch is axis 0 if there is one, as a place among `axes`.
  func axis(_ number: Int) throws(GraphFailure) -> Int {
    let rank = axes.count + (hasBatch ? 1 : 0)
    guard (-rank..<rank).contains(number) else {
      throw GraphFailure("has axis \(number), where its input has \(rank) axes")
    }
    let place = number < 0 ? number + rank : number
    guard hasBatch else { return place }
    guard place > 0 else { throw GraphFailure("runs along axis \(number), that of the batch") }
    return place - 1
  }
}

/// The shapes that the operators of shape give, as ONNX, Keras and NumPy define them.
enum ArrayShapes {
  /// How many elements there are; nil where that is no number.
  static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
      guard !isTooLarge, size >= 0 else { return nil }
      count = product
    }
    return count
  }

  static func reshaped(_ shape: [Int], _ wanted: [Int], allowsZero: Bool) throws(GraphFailure) -> [Int] {
    let count = shape.reduce(1, *)
    var made: [Int] = []
    for (axis, size) in wanted.enumerated() {
      switch size {
      case 0 where !allowsZero:
        guard axis < shape.count else {
          throw GraphFailure("keeps axis \(axis), of which there are \(shape.count)")
        }
        made.append(shape[axis])
      case -1...count: made.append(size)
      default: throw GraphFailure("reshapes \(shape) to \(wanted)")
      }
    }
    let known = made.filter { $0 != -1 }
    var product = 1
    for size in known {
      guard !product.multipliedReportingOverflow(by: size).overflow else {
        throw GraphFailure("reshapes \(shape) to \(wanted)")
      }
      product *= size
    }
    if known.count == made.count - 1, product > 0, count % product == 0 {
      made = made.map { $0 == -1 ? count / product : $0 }
      product = count
    }
    guard product == count, !made.contains(-1) else {
      throw GraphFailure("reshapes \(shape) to \(wanted), which has another number of elements")
    }
    return made
  }

  static func squeezed(_ shape: [Int], _ axes: [Int]?) throws(GraphFailure) -> [Int] {
    guard let axes else { return shape.filter { $0 != 1 } }
    let places = try places(axes, rank: shape.count)
    guard places.allSatisfy({ shape[$0] == 1 }) else {
      throw GraphFailure("takes out axes \(axes) of \(shape), which are not of size 1")
    }
    return shape.indices.filter { !places.contains($0) }.map { shape[$0] }
  }

  static func unsqueezed(_ shape: [Int], _ axes: [Int]) throws(GraphFailure) -> [Int] {
    let rank = shape.count + axes.count
    guard rank <= 16 else { throw GraphFailure("makes an array of \(rank) axes; the limit is 16") }
    let places = try places(axes, rank: rank)
    var rest = shape[...]
    return (0..<rank).map { places.contains($0) ? 1 : rest.removeFirst() }
  }

  static func places(_ axes: [Int], rank: Int) throws(GraphFailure) -> Set<Int> {
    guard axes.allSatisfy({ (-rank..<rank).contains($0) }) else {
      throw GraphFailure("has axes \(axes), of which there are \(rank)")
    }
    let places = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard places.count == axes.count else { throw GraphFailure("has the axes \(axes), one of them twice") }
    return places
  }
}

extension ArrayShapes {
  /// The sizes of the pieces that an axis is cut into: those that are given, or equal ones, of which the last may be
  /// smaller.
  static func pieces(of size: Int, _ given: [Int]?, count: Int) throws(GraphFailure) -> [Int] {
    if let given {
      guard given.allSatisfy({ (0...size).contains($0) }), given.reduce(0, +) == size, given.count == count
      else {
        throw GraphFailure("cuts an axis of \(size) into \(count) pieces of the sizes \(given)")
      }
      return given
    }
    guard (1...max(size, 1)).contains(count) else {
      throw GraphFailure("cuts an axis of \(size) into \(count) pieces")
    }
    let piece = (size + count - 1) / count
    let last = size - piece * (count - 1)
    guard last >= 0 else { throw GraphFailure("cuts an axis of \(size) into \(count) pieces of \(piece)") }
    return [Int](repeating: piece, count: count - 1) + [last]
  }
}
