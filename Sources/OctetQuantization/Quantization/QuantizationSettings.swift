/// What the user may choose about a quantization.
package struct QuantizationSettings: Hashable, Sendable {
  /// Training images that are looked at to find the ranges.
  package var calibrationImages = 1000
  package var method = CalibrationMethod.minMax
  /// Names the random choice of images.
  package var seed: UInt64 = 1
  /// Whether weight scales are searched for, or taken from the largest weight.
  package var searchesWeightScales = true
  package var correctsBias = true

  package init() {}
}
