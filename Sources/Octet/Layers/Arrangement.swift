extension LayerKind {
  /// The values of the input in another order: some of them, turned, or repeated.
  ///
  /// Read in the order of rows, columns and channels, output `i` is the value at the place
  /// `first + digit 0 * stride 0 + …` of the input in the same order, where the digits of `i` count through up to
  /// eight parts of given sizes, the last part the fastest.
  package enum Arrangement {
    @inline(__always)
    package static var traits: LayerTraits { .arrangement | .keepsZeroPoint }

    /// The most parts.
    package static var parts: Int { 8 }
    /// The first place, two bytes that are fields, two that are 0, and a size and a stride for each part.
    static var usedBytes: UInt32 { 72 }
    /// The same up to a multiple of 16.
    static var constantsBytes: UInt32 { 80 }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let order = ArrangedOrder(shape.constants)
      let rowValues = shape.input.rowValues
      let firstRow = shape.firstRow(under: step.row)
      let rows = run.rows(step.source)
      let target = run.memory.place(step.target).assumingMemoryBound(to: Int8.self)
      // The fastest part that moves is a loop of its own.
      var last = parts &- 1
      while last > order.rowParts, order.size(last) == 1 { last &-= 1 }
      let isLoop = last >= order.rowParts
      let count = isLoop ? order.size(last) : 1
      let stride = isLoop ? order.stride(last) : 0
      let (rowStride, valueStride) = stride.quotientAndRemainder(dividingBy: rowValues)
      var digits = InlineArray<8, Int32>(repeating: 0)
      var place = order.place(ofRow: step.row)
      var index = 0
      while index < shape.output.rowValues {
        var (row, value) = place.quotientAndRemainder(dividingBy: rowValues)
        row &-= firstRow
        for _ in 0..<count {
          target[index] = rows[row][value]
          index &+= 1
          row &+= rowStride
          value &+= valueStride
          if value >= rowValues {
            value &-= rowValues
            row &+= 1
          } else if value < 0 {
            value &+= rowValues
            row &-= 1
          }
        }
        var part = last &- 1
        while part >= order.rowParts {
          let digit = Int(digits[part]) &+ 1
          place &+= order.stride(part)
          if digit < order.size(part) {
            digits[part] = Int32(truncatingIfNeeded: digit)
            break
          }
          place &-= order.size(part) &* order.stride(part)
          digits[part] = 0
          part &-= 1
        }
      }
    }
  }
}

/// The order of an arrangement, as its constants hold it.
struct ArrangedOrder {
  private let bytes: ModelBytes

  init(_ constants: ModelBytes) { bytes = constants }

  /// The place of the first value.
  var first: Int { Int(truncatingIfNeeded: bytes.word(0)) }
  /// Parts that count through rows of the output; those after them count through the values of a row.
  var rowParts: Int { Int(bytes.byte(4)) }
  /// Whether a row may need any row of the input, rather than none before those of the row above it.
  var needsAll: Bool { bytes.byte(5) != 0 }

  func size(_ part: Int) -> Int {
    Int(truncatingIfNeeded: bytes.word(8 &+ 8 &* UInt32(truncatingIfNeeded: part)))
  }

  func stride(_ part: Int) -> Int {
    Int(Int32(bitPattern: bytes.word(12 &+ 8 &* UInt32(truncatingIfNeeded: part))))
  }

  /// The place of the first value of a row of the output.
  func place(ofRow row: Int) -> Int {
    var (place, rest) = (first, row)
    var part = rowParts
    while part > 0 {
      part &-= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: size(part))
      place &+= digit &* stride(part)
      rest = quotient
    }
    return place
  }

  /// By how much the smallest and the largest place of some parts differ from their first one.
  private func span(_ parts: Range<Int>) -> (below: Int, above: Int) {
    var (below, above) = (0, 0)
    for part in parts {
      let span = (size(part) &- 1) &* stride(part)
      if span < 0 { below &+= span } else { above &+= span }
    }
    return (below, above)
  }

  /// The rows of the input under a row of the output.
  func rows(under row: Int, of input: TensorRecord) -> (first: Int, end: Int) {
    if needsAll { return (0, Int(input.height)) }
    let place = place(ofRow: row)
    let span = span(rowParts..<LayerKind.Arrangement.parts)
    return ((place &+ span.below) / input.rowValues, (place &+ span.above) / input.rowValues &+ 1)
  }

  /// Whether no row of the output starts before the one above it: for each part, its stride makes up for all faster
  /// ones that start anew.
  private var isForward: Bool {
    var faster = 0
    var part = rowParts
    while part > 0 {
      part &-= 1
      guard size(part) > 1 else { continue }
      if stride(part) < faster { return false }
      faster &+= (size(part) &- 1) &* stride(part)
    }
    return true
  }

  /// Whether the order gives each value of the output once, from places that there are.
  func fits(_ input: TensorRecord, _ output: TensorRecord) -> Bool {
    guard rowParts <= LayerKind.Arrangement.parts, bytes.byte(5) <= 1, bytes.half(6) == 0 else {
      return false
    }
    // Both are at most 2^28.
    let inputCount = UInt32(input.height) &* UInt32(truncatingIfNeeded: input.rowValues)
    var (rows, values) = (CheckedSize(1), CheckedSize(1))
    var (below, above) = (UInt32(0), UInt32(0))
    for part in 0..<LayerKind.Arrangement.parts {
      let size = bytes.word(8 &+ 8 &* UInt32(truncatingIfNeeded: part))
      let stride = Int32(bitPattern: bytes.word(12 &+ 8 &* UInt32(truncatingIfNeeded: part)))
      guard size >= 1, let span = CheckedSize(size &- 1).times(stride.magnitude).value, span < inputCount
      else {
        return false
      }
      // Eight spans of less than 2^28 do not overflow.
      if stride < 0 { below &+= span } else { above &+= span }
      if part < rowParts { rows = rows.times(size) } else { values = values.times(size) }
    }
    let first = bytes.word(0)
    guard rows.value == UInt32(output.height), values.value == UInt32(truncatingIfNeeded: output.rowValues),
      below <= first, first < inputCount, above < inputCount &- first
    else { return false }
    return needsAll || isForward
  }
}
