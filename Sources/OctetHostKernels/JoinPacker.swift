import Octet
import OctetHostKernelsC

extension LayerPacker {
  /// A layer that makes one value of two; nil for all others, and for what the plain kernels have to do.
  func packJoin(_ index: Int) -> PackedJoin? {
    let shape = model.shape(index)
    guard let kind = Self.joinKind(shape.layer.kind), shape.input.elementBytes == 1,
      shape.output.elementBytes == 1
    else { return nil }
    let factors = InputFactors(model.records, shape.layer)
    let isTwice = shape.layer.rounding == .halfUpThenAway
    let isScaled = isTwice || kind == OCTET_PRODUCT
    // What is brought up is rare, and left to the plain rows.
    guard !isScaled || factors.outputShift >= Limit.coarseShift else { return nil }
    let second = secondInput(shape, factors)
    var join = octet_join()
    join.kind = Int32(kind)
    // A square is below 2^30, and a product far below.
    guard
      let output = scaling(
        isScaled ? factors.output : 0, isScaled ? factors.outputShift : Limit.coarseShift, isRaised: isTwice,
        reach: kind == OCTET_SQUARE ? 1 << 30 : Self.reach)
    else { return nil }
    join.output = output
    join.output.rounding = Int32(isTwice ? OCTET_ROUND_TWICE : OCTET_ROUND_UP)
    join.output.zero_point = Int32(shape.output.zeroPoint)
    join.output.minimum = Int32(shape.layer.minimum)
    join.output.maximum = Int32(shape.layer.maximum)
    if kind == OCTET_PRODUCT {
      // Not brought to any scale.
      join.first.layer = output
      join.second.layer = output
    } else {
      guard let x = input(factors.first, factors.firstShift, isTwice: isTwice),
        let y = input(factors.second, factors.secondShift, isTwice: isTwice)
      else { return nil }
      (join.first, join.second) = (x, y)
    }
    join.first.zero_point = Int32(shape.input.zeroPoint)
    join.second.zero_point = second.zeroPoint
    if !isTwice {
      join.shift = Int32(factors.outputShift)
      join.half = kind == OCTET_PRODUCT ? 0 : 1 << (join.shift - 1)
    }
    let sum = Self.ratio(isTwice ? factors.output : 1, factors.outputShift) * (isTwice ? 0x1p20 : 1)
    let sign: Double = kind == OCTET_DIFFERENCE ? -1 : 1
    var set = kernels
    octet_find_line(
      &set, &join, Self.ratio(factors.first, isTwice ? factors.firstShift : 0) * sum,
      sign * Self.ratio(factors.second, isTwice ? factors.secondShift : 0) * sum)
    let place = storage.allocate(1, of: octet_join.self)
    place.pointee = join
    return PackedJoin(join: UnsafePointer(place), constants: second.constants, period: second.period)
  }

  private static func joinKind(_ kind: LayerKind) -> Int? {
    switch kind {
    case .add: OCTET_SUM
    case .subtract: OCTET_DIFFERENCE
    case .maximum: OCTET_LARGER
    case .minimum: OCTET_SMALLER
    case .multiply: OCTET_PRODUCT
    case .squaredDifference: OCTET_SQUARE
    default: nil
    }
  }

  /// The zero point of the second input, its values where they are constants, and how many of a row there are, after
  /// which they start again. Constants of few channels are laid out as a row, so that they need not.
  private func secondInput(_ shape: LayerShape, _ factors: InputFactors)
    -> (zeroPoint: Int32, constants: UnsafePointer<Int8>?, period: Int)
  {
    let count = shape.output.rowValues
    let other = model.tensor(Int(shape.layer.secondInput))
    guard shape.layer.operand != .tensor else { return (Int32(other.zeroPoint), nil, other.rowValues) }
    let zeroPoint = Int32(Int8(bitPattern: factors.operandZeroPoint))
    let stored = model.records.operandConstants(shape)
    guard shape.layer.operand == .channelConstants else { return (zeroPoint, stored, count) }
    let channels = Int(shape.output.channels)
    let row = storage.allocate(count, of: Int8.self)
    for place in 0..<count { row[place] = stored[place % channels] }
    return (zeroPoint, UnsafePointer(row), count)
  }

  private static func ratio(_ multiplier: UInt32, _ shift: UInt8) -> Double {
    Double(sign: .plus, exponent: -Int(shift), significand: Double(multiplier))
  }

  /// Inputs that are raised by 2^20, and the sum of two halves of them, stay below this.
  private static var reach: Int64 { 1 << 28 }

  private func input(_ multiplier: UInt32, _ shift: UInt8, isTwice: Bool) -> octet_join_input? {
    let way =
      !isTwice
      ? OCTET_JOIN_PRODUCT
      : shift >= Limit.coarseShift ? OCTET_JOIN_TWICE : shift == 32 ? OCTET_JOIN_32 : OCTET_JOIN_31
    return scaling(
      multiplier, max(isTwice ? shift : 0, Limit.coarseShift), isRaised: way == OCTET_JOIN_TWICE,
      reach: Self.reach
    ).map { octet_join_input(zero_point: 0, way: Int32(way), layer: $0) }
  }

  /// The same multiplier and shift in each lane. Where it is rounded twice it is raised for sums up to `reach`; nil
  /// where that does not fit 32 bits.
  func scaling(_ multiplier: UInt32, _ shift: UInt8, isRaised: Bool, reach: Int64) -> octet_layer? {
    let multipliers = storage.allocate(kernels.lanes, of: Int32.self)
    let shifts = storage.allocate(kernels.lanes, of: Int32.self)
    let halves = storage.allocate(kernels.lanes, of: Int32.self)
    for lane in 0..<kernels.lanes {
      multipliers[lane] = Int32(truncatingIfNeeded: multiplier)
      shifts[lane] = Int32(shift) - 32
      halves[lane] = 1 << (shifts[lane] - 1)
    }
    var layer = octet_layer()
    layer.multipliers = UnsafePointer(multipliers)
    layer.shifts = UnsafePointer(shifts)
    layer.halves = UnsafePointer(halves)
    if isRaised, kernels.raises {
      layer.raises = UnsafePointer(storage.allocate(kernels.lanes, of: Int32.self))
      let none = storage.allocate(kernels.lanes, of: Int32.self)
      guard octet_raise(&layer, none, reach, kernels.lanes) else { return nil }
    }
    return layer
  }
}
