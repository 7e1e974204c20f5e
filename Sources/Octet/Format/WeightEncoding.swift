/// How the weights of a layer are stored. The raw value is the byte in the file.
///
/// Weights come in lines, and each line starts with a byte of its own: of a convolution all weights of an output, of a
/// dense layer those of an output for one row of the input, of a depthwise convolution those of a cell of the window.
public enum WeightEncoding: UInt8, Sendable {
  /// A byte each.
  case int8 = 0
  /// -8 to 7, two in a byte: the first in the lower half.
  case int4 = 1
  /// -1 to 1, five in a byte: the sum of `(weight + 1) * 3^place`.
  case ternary = 2

  /// Weights in a byte. By comparisons, as a switch would be a table in flash, in programs without such weights too.
  @inline(__always)
  package var perByte: UInt32 { self == .ternary ? 5 : self == .int4 ? 2 : 1 }

  /// Bytes that a line of so many weights takes.
  @inline(__always)
  package func bytes(_ count: UInt32) -> UInt32 {
    switch self {
    case .int8: count
    case .int4: count / 2 &+ count % 2
    case .ternary: count / 5 &+ (count % 5 == 0 ? 0 : 1)
    }
  }
}

extension LayerShape {
  /// Weights of a line; meaningless for a kind without weights.
  @inline(__always)
  package var weightsPerLine: UInt32 {
    let traits = layer.kind.traits
    if traits.contains(.channelwise) { return UInt32(output.channels) }
    return traits.contains(.wholeInput) ? UInt32(truncatingIfNeeded: input.rowValues) : weightsPerOutput
  }

  /// Lines of weights. The loader has checked that all weights fit a file.
  @inline(__always)
  package var weightLines: UInt32 {
    let traits = layer.kind.traits
    if traits.contains(.channelwise) { return weightsPerOutput }
    return UInt32(output.channels) &* (traits.contains(.wholeInput) ? UInt32(input.height) : 1)
  }

  /// Bytes of all weights as they are stored.
  package var weightBytes: UInt32 {
    IncludedKinds.packedWeights
      ? weightLines &* layer.weightEncoding.bytes(weightsPerLine)
      : weightsPerOutput &* UInt32(output.channels)
  }
}

/// The weights of a line that is stored in fewer bits, one after the other.
package struct PackedLine {
  private var next: UnsafePointer<UInt8>
  private let isTernary: Bool
  /// What is left of the last byte, and how many weights that is.
  private var rest: UInt32 = 0
  private var left = 0

  /// - Parameters:
  ///   - start: the line's first byte.
  ///   - encoding: int4 or ternary.
  @inline(__always)
  package init(_ start: UnsafePointer<Int8>, _ encoding: WeightEncoding) {
    next = UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
    isTernary = Self.isTernary(encoding)
  }

  /// Known when the program is compiled where it has one of the two only.
  @inline(__always)
  private static func isTernary(_ encoding: WeightEncoding) -> Bool {
    IncludedKinds.ternaryWeights && (!IncludedKinds.int4Weights || encoding == .ternary)
  }

  /// The next weight, of which there must be one.
  @inline(__always)
  package mutating func take() -> Int32 {
    if left == 0 {
      rest = UInt32(next.pointee)
      next += 1
      left = isTernary ? 5 : 2
    }
    left &-= 1
    if isTernary {
      // A third of a byte, rounded down: exact up to 511.
      let third = (rest &* 171) &>> 9
      let digit = rest &- 3 &* third
      rest = third
      return Int32(truncatingIfNeeded: digit) &- 1
    }
    let weight = Int32(truncatingIfNeeded: rest &<< 28) &>> 28
    rest &>>= 4
    return weight
  }

  /// Brings `count` weights of a line to bytes.
  @inline(__always)
  package static func unpack(
    _ line: UnsafePointer<Int8>, _ encoding: WeightEncoding, count: Int, to target: UnsafeMutablePointer<Int8>
  ) {
    var bytes = UnsafeRawPointer(line).assumingMemoryBound(to: UInt8.self)
    var place = target
    let end = target + count
    if isTernary(encoding) {
      while place < end {
        var rest = UInt32(bytes.pointee)
        bytes += 1
        let stop = end - place < 5 ? end : place + 5
        while place < stop {
          let third = (rest &* 171) &>> 9
          place.pointee = Int8(truncatingIfNeeded: Int32(truncatingIfNeeded: rest &- 3 &* third) &- 1)
          rest = third
          place += 1
        }
      }
      return
    }
    while end - place >= 2 {
      let pair = Int32(Int8(bitPattern: bytes.pointee))
      place[0] = Int8(truncatingIfNeeded: (pair &<< 28) &>> 28)
      place[1] = Int8(truncatingIfNeeded: pair &>> 4)
      bytes += 1
      place += 2
    }
    if place < end {
      place.pointee = Int8(truncatingIfNeeded: (Int32(bytes.pointee) &<< 28) &>> 28)
    }
  }

  /// Whether a byte of a line is one that weights are stored as.
  ///
  /// - Parameter used: how many weights are in it; what is beyond them must be zero.
  static func isValid(_ byte: UInt32, _ encoding: WeightEncoding, used: UInt32) -> Bool {
    if isTernary(encoding) {
      var limit: UInt32 = 1
      for _ in 0..<used { limit &*= 3 }
      return byte < limit
    }
    return used == 2 || byte &>> 4 == 0
  }
}

#if !hasFeature(Embedded)
  extension WeightEncoding: CaseIterable {
    /// Every weight that can be stored so.
    package var range: ClosedRange<Int8> {
      switch self {
      case .int8: -128...127
      case .int4: -8...7
      case .ternary: -1...1
      }
    }

    /// The largest weight, and less 1 the smallest that is chosen here: files of other programs may have one below.
    package var largest: Int {
      switch self {
      case .int8: 127
      case .int4: 7
      case .ternary: 1
      }
    }

    /// The word for people.
    package var name: String {
      switch self {
      case .int8: "int8"
      case .int4: "int4"
      case .ternary: "ternary"
      }
    }

    /// Stores lines of weights.
    ///
    /// - Parameter perLine: weights of a line, which `weights` are a multiple of.
    package func packed(_ weights: [Int8], perLine: Int) -> [UInt8] {
      guard self != .int8, perLine > 0 else { return weights.map { UInt8(bitPattern: $0) } }
      let perByte = Int(perByte)
      var bytes: [UInt8] = []
      for start in stride(from: 0, to: weights.count, by: perLine) {
        for first in stride(from: start, to: start + perLine, by: perByte) {
          let own = weights[first..<min(first + perByte, start + perLine)]
          precondition(own.allSatisfy(range.contains), "the weights are in the encoding's range")
          bytes.append(
            own.reversed().reduce(0) { byte, weight in
              self == .int4 ? byte << 4 | UInt8(bitPattern: weight) & 15 : byte * 3 + UInt8(weight + 1)
            })
        }
      }
      return bytes
    }
  }

  extension ModelRecords {
    /// The weights of a layer that has some, each as a byte, in the order of the file.
    package func unpackedWeights(_ shape: LayerShape) -> [Int8] {
      let start = weights(shape)
      let encoding = shape.layer.weightEncoding
      let perLine = Int(shape.weightsPerLine)
      let count = Int(shape.weightLines) * perLine
      guard encoding != .int8 else { return Array(UnsafeBufferPointer(start: start, count: count)) }
      let lineBytes = Int(encoding.bytes(UInt32(perLine)))
      return [Int8](unsafeUninitializedCapacity: count) { buffer, made in
        if let target = buffer.baseAddress {
          for line in 0..<Int(shape.weightLines) {
            PackedLine.unpack(
              start + line * lineBytes, encoding, count: perLine, to: target + line * perLine)
          }
        }
        made = count
      }
    }
  }
#endif
