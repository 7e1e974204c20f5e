import OctetData
import OctetNetwork
import Testing

@Suite struct SyntheticDigitsTests {
  private static let side = 28
  private static let area = side * side

  /// One set for all the tests that look at images, large enough to hold rare shapes.
  private static let sample = SyntheticDigits.generate(count: 5_000, seed: 11)

  private static func image(_ index: Int) -> ArraySlice<UInt8> {
    sample.pixels[index * area..<(index + 1) * area]
  }

  @Test func `the form is that of MNIST`() {
    #expect(Self.sample.shape == ImageShape(height: 28, width: 28, channels: 1))
    #expect(Self.sample.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    #expect(Self.sample.count == 5_000)
    #expect(Self.sample.pixels.count == 5_000 * Self.area)
  }

  @Test func `the same seed gives the same bytes`() {
    let again = SyntheticDigits.generate(count: 5_000, seed: 11)
    // A plain Bool: on failure the library would spend minutes on the difference of two long arrays.
    let isSame = again.pixels == Self.sample.pixels
    #expect(isSame)
    #expect(again.labels == Self.sample.labels)
  }

  /// The counts lie on both sides of the ends of a chunk and of a block of ten.
  @Test(arguments: [1, 9, 10, 11, 499, 500, 501, 1_237])
  func `a shorter set is the prefix of a longer one`(count: Int) {
    let shorter = SyntheticDigits.generate(count: count, seed: 11)
    #expect(shorter.count == count)
    let isPrefix = shorter.pixels.elementsEqual(Self.sample.pixels.prefix(count * Self.area))
    #expect(isPrefix)
    #expect(shorter.labels == Array(Self.sample.labels.prefix(count)))
  }

  @Test func `zero is a valid count`() {
    let none = SyntheticDigits.generate(count: 0, seed: 11)
    #expect(none.isEmpty)
    #expect(none.pixels.isEmpty)
  }

  @Test(arguments: [0, 12, UInt64.max])
  func `another seed gives other images in another order`(seed: UInt64) {
    let other = SyntheticDigits.generate(count: 500, seed: seed)
    #expect(other.labels != Array(Self.sample.labels.prefix(500)))
    let same = (0..<500).filter { index in
      other.pixels[index * Self.area..<(index + 1) * Self.area] == Self.image(index)
    }
    #expect(same.isEmpty)
  }

  @Test func `no two images are alike`() {
    let distinct = Set((0..<Self.sample.count).map { Array(Self.image($0)) })
    #expect(distinct.count == Self.sample.count)
  }

  @Test func `every prefix is balanced to within one`() throws {
    var counts = [Int](repeating: 0, count: 10)
    for label in Self.sample.labels {
      counts[Int(label)] += 1
      let least = try #require(counts.min())
      let most = try #require(counts.max())
      #expect(most - least <= 1)
    }
  }

  /// In random order each class comes at each of the ten places of a block equally often: 50 times out of
  /// 500, standard deviation 6.7. A set sorted by class, or one order repeated, would give 500 and 0.
  @Test func `the classes come in random order`() {
    var counts = [Int](repeating: 0, count: 100)
    for (index, label) in Self.sample.labels.enumerated() {
      counts[index % 10 * 10 + Int(label)] += 1
    }
    for count in counts { #expect(abs(count - 50) < 35) }
  }

  @Test func `ink fits its box and is centered`() {
    for index in 0..<Self.sample.count {
      var mass = 0.0
      var across = 0.0
      var down = 0.0
      var leftmost = Self.side
      var rightmost = -1
      var top = Self.side
      var bottom = -1
      for (place, value) in Self.image(index).enumerated() where value > 0 {
        let (row, column) = place.quotientAndRemainder(dividingBy: Self.side)
        mass += Double(value)
        across += Double(value) * (Double(column) + 0.5)
        down += Double(value) * (Double(row) + 0.5)
        leftmost = min(leftmost, column)
        rightmost = max(rightmost, column)
        top = min(top, row)
        bottom = max(bottom, row)
      }
      #expect(mass > 255 * 10, "image \(index) has hardly any ink")
      #expect(abs(across / mass - 14) <= 1 && abs(down / mass - 14) <= 1, "image \(index) is off centre")
      let longer = max(rightmost - leftmost, bottom - top) + 1
      #expect(longer >= 16 && longer <= 22, "image \(index) is \(longer) pixels long")
      // Ink that touches the border may have been cut off.
      #expect(leftmost > 0 && rightmost < 27 && top > 0 && bottom < 27, "image \(index) touches the border")
    }
  }

  /// An edge that jumps from paper to ink would leave only 0 and 255.
  @Test func `edges are smooth`() {
    for index in 0..<Self.sample.count {
      let ink = Self.image(index).count { $0 > 0 }
      let gray = Self.image(index).count { $0 > 16 && $0 < 224 }
      #expect(gray * 10 > ink, "image \(index) has \(gray) gray pixels out of \(ink)")
    }
  }

  /// Strokes are drawn with ink, not shadow: every image has pixels that are nearly black.
  @Test func `strokes are dark`() throws {
    for index in 0..<Self.sample.count {
      let darkest = try #require(Self.image(index).max())
      #expect(darkest >= 140, "image \(index) reaches \(darkest)")
    }
  }

  /// A reader that knows nothing of strokes: it takes the class of the most similar image of another seed, at
  /// a quarter of the resolution. If it reads most, the classes look different from each other and alike
  /// among themselves.
  @Test func `the classes look different`() throws {
    let known = Self.thumbnails(of: Self.sample)
    let others = SyntheticDigits.generate(count: 500, seed: 12)
    var hits = [Int](repeating: 0, count: 10)
    for (thumbnail, label) in zip(Self.thumbnails(of: others), others.labels) {
      let distances = known.map { other in
        let difference = thumbnail &- other
        return (difference &* difference).wrappedSum()
      }
      let nearest = try #require(distances.indices.min { distances[$0] < distances[$1] })
      if Self.sample.labels[nearest] == label { hits[Int(label)] += 1 }
    }
    // Out of 50 each.
    #expect(hits.reduce(0, +) > 375, "\(hits)")
    for digit in 0..<10 { #expect(hits[digit] > 25, "\(digit): \(hits)") }
  }

  /// Mean gray of each 4x4 block, 7x7 blocks.
  private static func thumbnails(of images: LabeledItems) -> [SIMD64<Int32>] {
    (0..<images.count).map { index in
      var blocks = SIMD64<Int32>()
      for row in 0..<side {
        for column in 0..<side {
          blocks[row / 4 * 7 + column / 4] += Int32(images.pixels[index * area + row * side + column])
        }
      }
      return blocks / 16
    }
  }
}
