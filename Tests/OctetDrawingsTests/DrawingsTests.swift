import OctetData
import OctetDrawings
import OctetHost
import OctetNetwork
import Testing

@Suite struct DrawingsTests {
  private static func drawings(digits: Int = 30, sketches: Int = 40) -> Drawings {
    var drawings = Drawings()
    if digits > 0 { drawings.digits = SyntheticDigits.generate(count: digits, seed: 9) }
    (drawings.sketches, drawings.seed) = (sketches, 3)
    return drawings
  }

  @Test func `a drawing depends on the seed and its number, not on cores and order`() {
    let drawings = Self.drawings()
    #expect(drawings.count == 100)
    let all = drawings.make(0..<100, Workers(count: 1))
    let threaded = drawings.make(0..<100, Workers(count: 3))
    #expect(all.pixels == threaded.pixels && all.labels == threaded.labels)
    let part = drawings.make(57..<91, Workers(count: 2))
    #expect(
      part.pixels == Array(all.pixels[57 * 784..<91 * 784]) && part.labels == Array(all.labels[57..<91]))
    var other = drawings
    other.seed = 4
    #expect(other.make(0..<100, Workers(count: 1)).pixels != all.pixels)
  }

  @Test func `each digit is drawn as often as asked, with its label, and differently`() throws {
    let drawings = Self.drawings(sketches: 0)
    let made = drawings.make(0..<drawings.count, Workers(count: 2))
    let digits = try #require(drawings.digits)
    #expect(made.labels.map { UInt16($0) } == digits.labels.flatMap { [$0, $0] })
    for digit in 0..<digits.count {
      let first = made.pixels[2 * digit * 784..<(2 * digit + 1) * 784]
      let second = made.pixels[(2 * digit + 1) * 784..<(2 * digit + 2) * 784]
      #expect(Array(first) != Array(second), "digit \(digit)")
    }
  }

  @Test func `lines are thin and broad, and light on dark`() {
    let made = Self.drawings(digits: 0, sketches: 400).make(0..<400, Workers(count: 2))
    var shares: [Double] = []
    for place in 0..<400 {
      let image = made.pixels[place * 784..<(place + 1) * 784]
      let (low, high) = (image.min() ?? 0, image.max() ?? 0)
      #expect(high > low, "drawing \(place) is blank")
      let middle = (Int(low) + Int(high)) / 2
      shares.append(Double(image.count { Int($0) > middle }) / 784)
    }
    // MNIST's images have a share of ink between 0.03 and 0.3; ink is never most of a drawing.
    #expect(shares.allSatisfy { $0 < 0.5 }, "\(shares.max() ?? 0)")
    #expect(shares.contains { $0 < 0.06 } && shares.contains { $0 > 0.2 })
    #expect(made.labels == (0..<400).map { UInt8($0 % 10) })
  }

  @Test func `images that are no digits are drawn, or stay what they are`() {
    var dot = [UInt8](repeating: 0, count: 784)
    dot[400] = 255
    var frame = [UInt8](repeating: 255, count: 784)
    for row in 2..<26 { for column in 2..<26 { frame[row * 28 + column] = 0 } }
    let images = [[UInt8](repeating: 0, count: 784), [UInt8](repeating: 255, count: 784), dot, frame]
    var drawings = Drawings()
    drawings.digits = LabeledItems(
      shape: SyntheticDigits.shape, pixels: images.flatMap { $0 }, labels: [4, 5, 6, 7],
      classNames: SyntheticDigits.classNames)
    drawings.timesPerDigit = 50
    let made = drawings.make(0..<200, Workers(count: 2))
    #expect(made.labels == [4, 5, 6, 7].flatMap { [UInt8](repeating: $0, count: 50) })
    #expect(made.pixels[..<(50 * 784)].allSatisfy { $0 == 0 })
  }

  @Test func `distances are exact`() {
    var random = RandomStream(seed: 5, purpose: .testing)
    for side in [1, 2, 7, 24] {
      for share in [0.005, 0.1, 0.9] as [Float] {
        var marked = (0..<side * side).map { _ in random.nextUnit() < share }
        marked[Int(random.next() % UInt64(side * side))] = true
        let found = DistanceTransform.distances(to: marked, side: side)
        let places = marked.indices.filter { marked[$0] }
        for place in marked.indices {
          let nearest = places.map { other in
            let (down, across) = (place / side - other / side, place % side - other % side)
            return down * down + across * across
          }.min()
          #expect((found[place] * found[place]).rounded() == Float(nearest ?? 0), "\(side), \(place)")
        }
      }
    }
  }

  @Test func `thinning leaves lines of one cell that still connect`() {
    // A thick ring: what is left is a closed line around the hole.
    let side = 40
    var ink = (0..<side * side).map { place in
      let (down, across) = (place / side - 20, place % side - 20)
      let square = down * down + across * across
      return square <= 225 && square >= 64
    }
    let before = ink.count { $0 }
    Thinning.thin(&ink, side: side)
    let after = ink.count { $0 }
    #expect(after < before / 4 && after > 40)
    // From the middle no way of paper leads out.
    var reached = [Bool](repeating: false, count: side * side)
    var open = [20 * side + 20]
    while let place = open.popLast() {
      if reached[place] || ink[place] { continue }
      reached[place] = true
      let (row, column) = place.quotientAndRemainder(dividingBy: side)
      #expect(row > 0 && row < side - 1 && column > 0 && column < side - 1)
      guard row > 0, row < side - 1, column > 0, column < side - 1 else { break }
      open += [place - 1, place + 1, place - side, place + side]
    }
  }
}
