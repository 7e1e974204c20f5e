/// Values of the input in another order: a part of them, turned, or repeated.
///
/// The output's values, row by row with channels last, are those at the places `first + digit 0 * stride 0 + …` of the
/// input, where the digits count through parts of given sizes, the last one the fastest.
package struct Arrange: LayerSpecification {
  package static let keyword = "arrange"
  package static let grammar = "arrange HxWxC [start PLACE] [SIZE:STRIDE …]"
  package static let summary =
    "values of the input in another order: the places PLACE + i * STRIDE + …, the last part counting fastest"

  package struct Part: Hashable, Sendable {
    package let size: Int
    package let stride: Int

    package init(size: Int, stride: Int) {
      self.size = size
      self.stride = stride
    }
  }

  package let shape: ImageShape
  package let first: Int
  package let parts: [Part]

  /// As many as an .octet file has room for, rows and the rest apart.
  package static let mostParts = 8

  package init(_ shape: ImageShape, first: Int = 0, parts: [Part]) {
    self.shape = shape
    self.first = first
    self.parts = parts
  }

  package init(words: inout LineWords) throws(NetworkError) {
    let word = try words.take("a shape such as 4x6x3")
    let extents = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard extents.count == 3 || extents.count == 1, extents.allSatisfy({ (1...1 << 20).contains($0) }) else {
      throw words.failure("expected a shape such as 4x6x3, found \"\(word)\"")
    }
    var first = 0
    if words.takeIf("start") {
      let word = try words.take("a place")
      guard let place = Int(word), (0...1 << 30).contains(place) else {
        throw words.failure("expected a place from 0 on, found \"\(word)\"")
      }
      first = place
    }
    var parts: [Part] = []
    while let word = words.peek, let part = Self.part(word) {
      _ = words.take()
      parts.append(part)
    }
    let shape =
      extents.count == 1
      ? ImageShape(flat: extents[0]) : ImageShape(height: extents[0], width: extents[1], channels: extents[2])
    self.init(shape, first: first, parts: parts)
  }

  private static func part(_ word: String) -> Part? {
    let numbers = word.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let size = numbers[0], let stride = numbers[1], (1...1 << 24).contains(size),
      (-(1 << 24)...1 << 24).contains(stride)
    else { return nil }
    return Part(size: size, stride: stride)
  }

  package var settings: String {
    let place = first == 0 ? [] : ["start \(first)"]
    return
      (["\(shape.height)x\(shape.width)x\(shape.channels)"] + place
      + parts.map { "\($0.size):\($0.stride)" }).joined(separator: " ")
  }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    guard parts.reduce(1, { $0 * min($1.size, 1 << 25) % (1 << 32) }) == shape.count else {
      throw ShapeMismatch("its parts are not the \(shape.count) values of \(shape)")
    }
    guard parts.count <= Self.mostParts else {
      throw ShapeMismatch("it has \(parts.count) parts; \(Self.mostParts) is the most")
    }
    let spans = parts.map { ($0.size - 1) * $0.stride }
    let low = first + spans.filter { $0 < 0 }.reduce(0, +)
    let high = first + spans.filter { $0 > 0 }.reduce(0, +)
    guard low >= 0, high < input.count else {
      throw ShapeMismatch("it reads the places \(low) to \(high) of \(input.count)")
    }
    return shape
  }

  /// For each value of the output its place in the input.
  package var places: [Int] {
    var places = [first]
    for part in parts {
      var finer: [Int] = []
      finer.reserveCapacity(places.count * part.size)
      for place in places { for index in 0..<part.size { finer.append(place + index * part.stride) } }
      places = finer
    }
    return places
  }
}
