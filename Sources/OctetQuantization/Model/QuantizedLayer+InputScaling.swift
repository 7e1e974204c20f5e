import Octet

extension QuantizedLayer.InputScaling {
  /// The finest multipliers for inputs of two scales; nil where a step of one is more than 2^20 steps of the output.
  package init?(_ scales: [Float], output: Float) {
    // Multipliers reach 2^21 at a shift of 1 where an input's step is 2^20 of the output's.
    let limit = Double(Limit.inputMultiplier)
    let ratios = scales.map { Double($0) / Double(output) }
    var shift = Int(Limit.inputShifts.upperBound)
    func multiplier(_ ratio: Double) -> Double { (ratio * Double(1 << shift)).rounded() }
    let largest = max(ratios[0], ratios[1])
    while shift > 1, multiplier(largest) > limit { shift -= 1 }
    guard multiplier(largest) <= limit else { return nil }
    self.init(first: Int(multiplier(ratios[0])), second: Int(multiplier(ratios[1])), shift: shift)
  }
}
