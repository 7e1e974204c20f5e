import OctetHost
import OctetNetwork

/// Numbers as HDF5 stores them.
struct HDF5Number {
  enum Kind { case half, brain, single, double, signed, unsigned }

  let kind: Kind
  let bytes: Int
  let isBigEndian: Bool

  /// The numbers in some bytes, rounded to floats.
  func floats(_ stored: ArraySlice<UInt8>) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(stored.count / bytes)
    for place in stride(from: stored.startIndex, to: stored.endIndex, by: bytes) {
      var bits: UInt64 = 0
      for byte in 0..<bytes {
        bits = bits << 8 | UInt64(stored[place + (isBigEndian ? byte : bytes - 1 - byte)])
      }
      values.append(float(bits))
    }
    return values
  }

  private func float(_ bits: UInt64) -> Float {
    switch kind {
    case .half: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
    case .brain: Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16)
    case .single: Float(bitPattern: UInt32(truncatingIfNeeded: bits))
    case .double: Float(Double(bitPattern: bits))
    // The sign's bit is brought to the top and back.
    case .signed: Float(Int64(bitPattern: bits << UInt64(64 - 8 * bytes)) >> Int64(64 - 8 * bytes))
    case .unsigned: Float(bits)
    }
  }
}

/// What elements are, and how many.
extension HDF5File {
  /// What the elements of an array are.
  enum Element {
    case number(HDF5Number)
    case text(bytes: Int)
    /// A length and a place elsewhere in the file.
    case distantText
  }

  /// How many elements there are along each axis.
  struct Extent {
    let shape: [Int]
    /// The sizes to which the axes may grow; nil where that is without limit.
    let largest: [Int?]
    /// False where there are no elements at all, which is more than that some axis has none.
    let isWhole: Bool
  }

  func extent(_ body: Range<Int>) throws(OffsetFailure) -> Extent {
    var fields = HDF5Fields(file, body)
    let version = try fields.number(1)
    let rank = try fields.count(1)
    let flags = try fields.number(1)
    guard version == 1 || version == 2, rank <= 8 else {
      throw OffsetFailure(
        offset: body.lowerBound,
        reason: "an array's shape is of version \(version) with \(rank) axes; 1 and 2 with 8 are supported")
    }
    var isWhole = true
    if version == 1 { try fields.skip(5) } else { isWhole = try fields.number(1) != 2 }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try fields.count(8)) }
    var largest: [Int?] = shape
    if flags & 1 != 0 {
      for axis in 0..<rank {
        let place = fields.place
        let bits = try fields.number(8)
        let size = Int(exactly: bits)
        guard bits == .max || (size ?? 0) >= shape[axis] else {
          throw OffsetFailure(
            offset: place,
            reason: "an array's axis \(axis) has size \(shape[axis]), more than its limit \(bits)")
        }
        largest[axis] = bits == .max ? nil : size
      }
    }
    return Extent(shape: shape, largest: largest, isWhole: isWhole)
  }

  private static let classes = [
    "integers", "floats", "times", "texts", "bits", "opaque bytes", "records", "references", "enumerations",
    "sequences", "arrays", "complex numbers",
  ]

  func element(_ body: Range<Int>) throws(OffsetFailure) -> Element {
    var fields = HDF5Fields(file, body)
    let start = try fields.count(1)
    let bits = try fields.count(3)
    let size = try fields.count(4)
    guard (1...5).contains(start >> 4) else {
      throw OffsetFailure(
        offset: body.lowerBound, reason: "a datatype is of version \(start >> 4); 1 to 5 are supported")
    }
    switch start & 15 {
    case 0:
      guard [1, 2, 4, 8].contains(size), try fields.number(2) == 0, try fields.count(2) == 8 * size else {
        break
      }
      return .number(
        HDF5Number(kind: bits & 8 == 0 ? .unsigned : .signed, bytes: size, isBigEndian: bits & 1 != 0))
    case 1:
      if let kind = try floatKind(&fields, bits: bits, size: size) {
        return .number(HDF5Number(kind: kind, bytes: size, isBigEndian: bits & 1 != 0))
      }
    case 3: return .text(bytes: size)
    case 9 where bits & 15 == 1: return .distantText
    case let other:
      let name = other < Self.classes.count ? Self.classes[other] : "elements of class \(other)"
      throw OffsetFailure(
        offset: body.lowerBound, reason: "an array has \(name) where floats, integers or texts are expected")
    }
    throw OffsetFailure(
      offset: body.lowerBound,
      reason: "an array has numbers of \(size) bytes in a form of its own; store them as float32")
  }

  /// Which of the usual floats it is, by all that a file says of them; nil if it is none.
  private func floatKind(
    _ fields: inout HDF5Fields, bits: Int, size: Int
  ) throws(OffsetFailure) -> HDF5Number.Kind? {
    // The first bit, its precision; exponent and mantissa with their sizes; the bias.
    let found = [
      try fields.count(2), try fields.count(2), try fields.count(1), try fields.count(1), try fields.count(1),
      try fields.count(1), try fields.count(4),
    ]
    // The byte order of VAX has a second bit; the first bit of the mantissa is not stored; the sign is the last bit.
    guard bits & 0x40 == 0, bits >> 4 & 3 == 2, bits >> 8 & 0xFF == 8 * size - 1 else { return nil }
    switch found {
    case [0, 16, 10, 5, 0, 10, 15] where size == 2: return .half
    case [0, 16, 7, 8, 0, 7, 127] where size == 2: return .brain
    case [0, 32, 23, 8, 0, 23, 127] where size == 4: return .single
    case [0, 64, 52, 11, 0, 52, 1023] where size == 8: return .double
    default: return nil
    }
  }

  /// The bytes of an element that was never written: those that the file says, else zeros.
  func fillValue(_ messages: [Message], bytes: Int) throws(OffsetFailure) -> [UInt8] {
    var value: Range<Int>?
    if let body = try body(Message.fillValue, of: messages) {
      var fields = HDF5Fields(file, body)
      let version = try fields.number(1)
      let isThere: Bool
      switch version {
      case 1, 2:
        try fields.skip(2)
        isThere = try fields.number(1) != 0 || version == 1
      case 3: isThere = try fields.number(1) & 0x20 != 0
      default:
        throw OffsetFailure(
          offset: body.lowerBound, reason: "a fill value is of version \(version); 1 to 3 are supported")
      }
      if isThere { value = try fields.range(fields.size(4)) }
    } else if let body = try body(Message.oldFillValue, of: messages) {
      var fields = HDF5Fields(file, body)
      value = try fields.range(fields.size(4))
    }
    guard let value, !value.isEmpty else { return [UInt8](repeating: 0, count: bytes) }
    guard value.count == bytes else {
      throw OffsetFailure(
        offset: value.lowerBound, reason: "a fill value has \(value.count) bytes where elements have \(bytes)"
      )
    }
    return Array(file.bytes[value])
  }
}
