/// How far every cell of a square is from the nearest one that is marked: exactly, in time linear in the cells.
///
/// Along each row and then along each column, the least of `(x - p)^2 + f(p)` over all p is the lower envelope of
/// parabolas (Felzenszwalb and Huttenlocher, 2012).
package enum DistanceTransform {
  package static func distances(to marked: [Bool], side: Int) -> [Float] {
    // Above every square of a distance, and small enough that sums stay exact.
    let far: Float = 1e6
    var squares = marked.map { $0 ? 0 : far }
    var line = [Float](repeating: 0, count: side)
    var envelope = Envelope(side)
    for row in 0..<side {
      for column in 0..<side { line[column] = squares[row * side + column] }
      envelope.transform(&line)
      for column in 0..<side { squares[row * side + column] = line[column] }
    }
    for column in 0..<side {
      for row in 0..<side { line[row] = squares[row * side + column] }
      envelope.transform(&line)
      for row in 0..<side { squares[row * side + column] = line[row] }
    }
    return squares.map { $0.squareRoot() }
  }

  private struct Envelope {
    /// Where the parabolas of the envelope stand, and from where on each is the lowest.
    private var places: [Int]
    private var starts: [Float]
    private var found: [Float]

    init(_ count: Int) {
      places = [Int](repeating: 0, count: count)
      starts = [Float](repeating: 0, count: count + 1)
      found = [Float](repeating: 0, count: count)
    }

    mutating func transform(_ line: inout [Float]) {
      var last = 0
      places[0] = 0
      starts[0] = -.infinity
      starts[1] = .infinity
      for place in 1..<line.count {
        var crossing = self.crossing(line, places[last], place)
        while crossing <= starts[last] {
          last -= 1
          crossing = self.crossing(line, places[last], place)
        }
        last += 1
        places[last] = place
        starts[last] = crossing
        starts[last + 1] = .infinity
      }
      last = 0
      for place in line.indices {
        while starts[last + 1] < Float(place) { last += 1 }
        let away = Float(place - places[last])
        found[place] = away * away + line[places[last]]
      }
      swap(&found, &line)
    }

    /// Where the parabola of `right` becomes the lower one.
    private func crossing(_ line: [Float], _ left: Int, _ right: Int) -> Float {
      let rise = line[right] + Float(right * right) - line[left] - Float(left * left)
      return rise / Float(2 * (right - left))
    }
  }
}
