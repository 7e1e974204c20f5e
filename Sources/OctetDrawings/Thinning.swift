/// Takes ink away from the edges of strokes until they are one cell broad (Zhang and Suen, 1984).
package enum Thinning {
  package static func thin(_ ink: inout [Bool], side: Int) {
    var candidates = ink.indices.filter { ink[$0] }
    while true {
      var hasChanged = false
      for half in 0..<2 {
        var removed: [Int] = []
        for place in candidates where ink[place] && isRemoved(ink, place, side, half: half) {
          removed.append(place)
        }
        for place in removed { ink[place] = false }
        if !removed.isEmpty { hasChanged = true }
      }
      if !hasChanged { return }
      candidates = candidates.filter { ink[$0] }
    }
  }

  private static func isRemoved(_ ink: [Bool], _ place: Int, _ side: Int, half: Int) -> Bool {
    let (row, column) = place.quotientAndRemainder(dividingBy: side)
    guard row > 0, row < side - 1, column > 0, column < side - 1 else { return false }
    // Around the cell, from the one above it on, clockwise.
    let around: InlineArray<8, Bool> = [
      ink[place - side], ink[place - side + 1], ink[place + 1], ink[place + side + 1], ink[place + side],
      ink[place + side - 1], ink[place - 1], ink[place - side - 1],
    ]
    var count = 0
    var starts = 0
    for index in 0..<8 {
      if around[index] { count += 1 }
      if !around[index], around[(index + 1) % 8] { starts += 1 }
    }
    guard count >= 2, count <= 6, starts == 1 else { return false }
    let (up, right, down, left) = (around[0], around[2], around[4], around[6])
    let keeps =
      half == 0
      ? (up && right && down) || (right && down && left) : (up && right && left) || (up && down && left)
    return !keeps
  }
}
