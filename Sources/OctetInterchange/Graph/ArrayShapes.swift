/// The shapes that the operators of shape give, as ONNX, Keras and NumPy define them.
enum ArrayShapes {
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
