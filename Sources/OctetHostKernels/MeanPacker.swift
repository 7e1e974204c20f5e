import Octet
import OctetHostKernelsC

extension LayerPacker {
  /// A mean over the whole input, rounded half away from zero, as a product: with `finish` its sums become outputs. Nil
  /// for all other layers, and for fewer than five cells, whose product would need a smaller shift.
  func packMean(_ index: Int) -> UnsafePointer<octet_layer>? {
    let shape = model.shape(index)
    let traits = shape.layer.kind.traits
    guard traits.contains(.means), traits.contains(.wholeInput), shape.layer.rounding == .awayFromZero,
      shape.input.elementBytes == 1, shape.output.elementBytes == 1
    else { return nil }
    let cells = Int(shape.averagedCells)
    let (multiplier, shift) = Self.meanFactor(cells)
    guard cells > 4, shift <= 62 else { return nil }
    let outputs = Int(shape.output.channels)
    let padded = (outputs + kernels.lanes - 1) / kernels.lanes * kernels.lanes
    let multipliers = storage.allocate(padded, of: Int32.self)
    let shifts = storage.allocate(padded, of: Int32.self)
    let halves = storage.allocate(padded, of: Int32.self)
    for channel in 0..<padded {
      multipliers[channel] = multiplier
      shifts[channel] = Int32(shift - 32)
      halves[channel] = 1 << (shift - 33)
    }
    let place = storage.allocate(1, of: octet_layer.self)
    place.pointee.multipliers = UnsafePointer(multipliers)
    place.pointee.shifts = UnsafePointer(shifts)
    place.pointee.halves = UnsafePointer(halves)
    place.pointee.minimum = Int32(shape.layer.minimum)
    place.pointee.maximum = Int32(shape.layer.maximum)
    place.pointee.rounding = Int32(OCTET_ROUND_AWAY)
    place.pointee.outputs = outputs
    return UnsafePointer(place)
  }

  /// What a mean of so many cells that is rounded half away from zero is as a product, for which a file has no factor.
  ///
  /// For `n` cells the multiplier is `m = ceil(2^shift / n)`, from 2^30 to 2^31. A sum `s` is at most `128 n`, so
  /// `s m / 2^shift` is at most `128 n / 2^shift <= 2^-23` farther from zero than `s / n`. A tie stays on its side or
  /// goes farther, as it should, and all that is no tie is `1 / 2n` or more from one.
  static func meanFactor(_ cells: Int) -> (multiplier: Int32, shift: Int) {
    let shift = 30 + (Int.bitWidth - (cells - 1).leadingZeroBitCount)
    return (Int32((1 << shift + cells - 1) / cells), shift)
  }
}
