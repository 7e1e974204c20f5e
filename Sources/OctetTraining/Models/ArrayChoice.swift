/// A choice along one axis of an array: the place of its largest element, the first of equal ones, as ArgMax gives it.
package struct ArrayChoice: Hashable, Sendable {
  /// Among the array's axes without the batch.
  package let axis: Int
  /// Whether the axis stays, with the size 1.
  package let keepsAxis: Bool

  package init(axis: Int, keepsAxis: Bool) {
    self.axis = axis
    self.keepsAxis = keepsAxis
  }

  /// The shape of what is made of an item.
  package func shape(of shape: [Int]) -> [Int] {
    var made = shape
    if keepsAxis { made[axis] = 1 } else { made.remove(at: axis) }
    return made
  }

  /// The places, in the order of `shape(of:)`, for items of a shape that follow each other.
  package func places<Element: Comparable>(of items: [Element], shape: [Int]) -> [Int] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let size = shape[axis]
    var places: [Int] = []
    places.reserveCapacity(items.count / size)
    for outer in stride(from: 0, to: items.count, by: size * inner) {
      for first in outer..<outer + inner {
        var best = 0
        for place in 1..<max(size, 1) where items[first + place * inner] > items[first + best * inner] {
          best = place
        }
        places.append(best)
      }
    }
    return places
  }
}
