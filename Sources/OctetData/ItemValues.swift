import Octet

/// The numbers of items, one item after the other.
package enum ItemValues: Equatable, Sendable {
  /// Pixels, 0 to 255. A network sees them as numbers from 0 to 1.
  case bytes([UInt8])
  /// The integers that an int8 model takes in, as it computes with them. Where it is known what they stand for, a float
  /// network sees that.
  case integers([Int8], InputScale?)
  /// What a network sees, as it is.
  case floats([Float])

  /// Numbers of all items together.
  package var count: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .integers(let integers, _): integers.count
    case .floats(let floats): floats.count
    }
  }

  package var areBytes: Bool { if case .bytes = self { true } else { false } }

  func isOfSameKind(as other: ItemValues) -> Bool {
    switch (self, other) {
    case (.bytes, .bytes), (.floats, .floats): true
    case (.integers(_, let scale), .integers(_, let other)): scale == other
    default: false
    }
  }

  /// What one item is called.
  package var noun: String { areBytes ? "image" : "item" }

  /// For messages.
  package var words: String {
    switch self {
    case .bytes: "pixels"
    case .integers: "int8 integers"
    case .floats: "floats"
    }
  }

  package subscript(_ range: Range<Int>) -> ItemValues {
    switch self {
    case .bytes(let bytes): .bytes(Array(bytes[range]))
    case .integers(let integers, let scale): .integers(Array(integers[range]), scale)
    case .floats(let floats): .floats(Array(floats[range]))
    }
  }

  /// Items of `size` numbers each.
  func selecting(_ indices: [Int], size: Int) -> ItemValues {
    func chosen<Number>(_ numbers: [Number]) -> [Number] {
      var result: [Number] = []
      result.reserveCapacity(indices.count * size)
      for index in indices { result += numbers[index * size..<(index + 1) * size] }
      return result
    }
    return switch self {
    case .bytes(let bytes): .bytes(chosen(bytes))
    case .integers(let integers, let scale): .integers(chosen(integers), scale)
    case .floats(let floats): .floats(chosen(floats))
    }
  }

  /// Each item in another order.
  ///
  /// - Parameter places: where each number of an item goes.
  package func reordered(by places: [Int]) -> ItemValues {
    func ordered<Number>(_ numbers: [Number]) -> [Number] {
      var result = numbers
      for start in stride(from: 0, to: numbers.count, by: places.count) {
        for (number, place) in places.enumerated() { result[start + place] = numbers[start + number] }
      }
      return result
    }
    return switch self {
    case .bytes(let bytes): .bytes(ordered(bytes))
    case .integers(let integers, let scale): .integers(ordered(integers), scale)
    case .floats(let floats): .floats(ordered(floats))
    }
  }

  /// What a float network sees of a range of numbers.
  ///
  /// Integers have to have a scale; whoever reads data for a float model sees to that.
  package func units(_ range: Range<Int>) -> [Float] {
    switch self {
    case .bytes(let bytes): return bytes[range].map { Float($0) / 255 }
    case .integers(let integers, let scale):
      guard let scale else { preconditionFailure("a float model is given integers with their scale only") }
      return integers[range].map { scale.value($0) }
    case .floats(let floats): return Array(floats[range])
    }
  }

  /// The bytes that the runtime is fed: it takes 128 from each to make the input's integers.
  ///
  /// Bytes are fed as they are, and so are integers that are not known to stand for anything else than the input's.
  /// Reals become the nearest integer, half away from zero as LiteRT's QUANTIZE rounds, between -128 and 127.
  ///
  /// - Parameter input: what the integers of the model's input stand for.
  package func fed(to input: InputScale) -> [UInt8] {
    switch self {
    case .bytes(let bytes): bytes
    case .integers(let integers, let scale):
      if let scale, scale != input {
        integers.map { input.fed(scale.value($0)) }
      } else {
        integers.map { UInt8(bitPattern: $0) ^ 0x80 }
      }
    case .floats(let floats): floats.map(input.fed)
    }
  }
}
