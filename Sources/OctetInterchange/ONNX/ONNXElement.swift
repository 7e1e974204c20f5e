extension ONNXGraph {
  /// The types of elements that are read, by their numbers in a file.
  enum Element: Int64 {
    case float = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case double = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16
    case uint4 = 21
    case int4 = 22

    /// How many bits an element takes where elements lie side by side.
    var bits: Int {
      switch self {
      case .uint4, .int4: 4
      case .uint8, .int8, .bool: 8
      case .uint16, .int16, .float16, .bfloat16: 16
      case .float, .int32, .uint32: 32
      case .int64, .double, .uint64: 64
      }
    }

    var isFloat: Bool {
      switch self {
      case .float, .float16, .bfloat16, .double: true
      case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64, .uint4, .int4: false
      }
    }

    /// The integers that it holds; nil for floats.
    ///
    /// Of 64 bits those of 32: what exporters compute with integers are sizes and places, and a larger one would be
    /// wrong long before it overflows. So nothing here depends on how an overflow wraps.
    var range: ClosedRange<Int64>? {
      switch self {
      case .uint4: 0...15
      case .int4: -8...7
      case .uint8: 0...255
      case .int8: -128...127
      case .uint16: 0...65_535
      case .int16: -32_768...32_767
      case .bool: 0...1
      case .int32, .int64: Int64(Int32.min)...Int64(Int32.max)
      case .uint32, .uint64: 0...Int64(Int32.max)
      case .float, .float16, .bfloat16, .double: nil
      }
    }

    /// A float with as many bits as the type has.
    func rounded(_ value: Float) -> Float {
      switch self {
      case .float16: return Float(Float16(value))
      case .bfloat16:
        // The upper half of a float's bits, to the nearest, a tie to the even one.
        guard value.isFinite else { return value }
        let bits = value.bitPattern
        return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
      default: return value
      }
    }

    static let names =
      "float, double, float16, bfloat16, bool and integers of 4 to 64 bits"
  }
}

extension ONNXGraph.Element {
  /// `count` elements of the type that stand packed in `bytes`, the lowest byte first.
  ///
  /// - Returns: nil where one does not fit 64 bits with a sign.
  func values(_ bytes: ArraySlice<UInt8>, count: Int) -> ONNXGraph.Values? {
    let size = max(bits / 8, 1)
    func raw(_ index: Int) -> UInt64 {
      if bits == 4 {
        let byte = bytes[bytes.startIndex + index / 2]
        return UInt64(index % 2 == 0 ? byte & 15 : byte >> 4)
      }
      let start = bytes.startIndex + index * size
      var number: UInt64 = 0
      for place in 0..<size { number |= UInt64(bytes[start + place]) << UInt64(8 * place) }
      return number
    }
    return values((0..<count).lazy.map { raw($0) })
  }

  /// Elements given by their bits.
  func values(_ patterns: some Collection<UInt64>) -> ONNXGraph.Values? {
    switch self {
    case .float: return .floats(patterns.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) })
    case .float16:
      return .floats(patterns.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .bfloat16:
      return .floats(patterns.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) })
    case .double: return .doubles(patterns.map { Double(bitPattern: $0) })
    case .uint64:
      guard !patterns.contains(where: { $0 > UInt64(Int64.max) }) else { return nil }
      return .integers(patterns.map { Int64($0) })
    default: return .integers(patterns.map { integer($0) })
    }
  }

  /// The integer of the type whose bits these are.
  private func integer(_ pattern: UInt64) -> Int64 {
    switch self {
    case .uint4: Int64(pattern & 15)
    case .int4: Int64(pattern & 15) - (pattern & 8 == 0 ? 0 : 16)
    case .uint8: Int64(UInt8(truncatingIfNeeded: pattern))
    case .int8: Int64(Int8(truncatingIfNeeded: pattern))
    case .uint16: Int64(UInt16(truncatingIfNeeded: pattern))
    case .int16: Int64(Int16(truncatingIfNeeded: pattern))
    case .int32: Int64(Int32(truncatingIfNeeded: pattern))
    case .uint32: Int64(UInt32(truncatingIfNeeded: pattern))
    case .bool: pattern & 0xFF == 0 ? 0 : 1
    case .int64, .uint64, .float, .double, .float16, .bfloat16: Int64(bitPattern: pattern)
    }
  }
}
