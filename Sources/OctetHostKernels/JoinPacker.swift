import Octet
import OctetHostKernelsC

extension LayerPacker {
  /// A layer that makes one value of two; nil for all others, and for what the plain kernels have to do.
  func packJoin(_ index: Int) -> UnsafePointer<octet_join>? {
    let shape = model.shape(index)
    let isMaximum: Bool
    switch shape.layer.kind {
    case .add: isMaximum = false
    case .maximum: isMaximum = true
    default: return nil
    }
    let second = model.tensor(Int(shape.layer.secondInput))
    guard shape.layer.operand == .tensor, second.height == shape.output.height,
      second.width == shape.output.width
    else { return nil }
    let factors = InputFactors(model.records, shape.layer)
    let isTwice = shape.layer.rounding == .halfUpThenAway
    // A sum that is brought up is rare, and left to the plain rows.
    guard !isTwice || factors.outputShift >= Limit.coarseShift else { return nil }
    guard let x = input(factors.first, factors.firstShift, shape.input, isTwice: isTwice),
      let y = input(factors.second, factors.secondShift, second, isTwice: isTwice),
      let output = scaling(
        isTwice ? factors.output : 0, isTwice ? factors.outputShift : Limit.coarseShift, isRaised: isTwice,
        reach: Self.reach)
    else { return nil }
    var join = octet_join()
    (join.first, join.second, join.output) = (x, y, output)
    join.output.zero_point = Int32(shape.output.zeroPoint)
    join.output.minimum = Int32(shape.layer.minimum)
    join.output.maximum = Int32(shape.layer.maximum)
    if !isTwice {
      join.shift = Int32(factors.outputShift)
      join.half = 1 << (join.shift - 1)
    }
    join.is_maximum = isMaximum
    if !isMaximum {
      let sum = Self.ratio(isTwice ? factors.output : 1, factors.outputShift) * (isTwice ? 0x1p20 : 1)
      var set = kernels
      octet_find_line(
        &set, &join, Self.ratio(factors.first, isTwice ? factors.firstShift : 0) * sum,
        Self.ratio(factors.second, isTwice ? factors.secondShift : 0) * sum)
    }
    let place = storage.allocate(1, of: octet_join.self)
    place.pointee = join
    return UnsafePointer(place)
  }

  private static func ratio(_ multiplier: UInt32, _ shift: UInt8) -> Double {
    Double(sign: .plus, exponent: -Int(shift), significand: Double(multiplier))
  }

  /// Inputs that are raised by 2^20, and the sum of two halves of them, stay below this.
  private static var reach: Int64 { 1 << 28 }

  private func input(
    _ multiplier: UInt32, _ shift: UInt8, _ tensor: TensorRecord, isTwice: Bool
  ) -> octet_join_input? {
    let way =
      !isTwice
      ? OCTET_JOIN_PRODUCT
      : shift >= Limit.coarseShift ? OCTET_JOIN_TWICE : shift == 32 ? OCTET_JOIN_32 : OCTET_JOIN_31
    return scaling(
      multiplier, max(isTwice ? shift : 0, Limit.coarseShift), isRaised: way == OCTET_JOIN_TWICE,
      reach: Self.reach
    ).map { octet_join_input(zero_point: Int32(tensor.zeroPoint), way: Int32(way), layer: $0) }
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
