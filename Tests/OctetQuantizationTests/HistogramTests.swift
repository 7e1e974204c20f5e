import OctetHost
import OctetQuantization
import Testing

/// Histograms, and the ranges that are chosen from them, on distributions that are known.
struct HistogramTests {
  /// A sum of twelve uniform numbers less 6: nearly normal, mean 0, deviation 1.
  private func normal(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomStream(seed: seed, purpose: .testing, 0x40A)
    return (0..<count).map { _ in (0..<12).reduce(Float(-6)) { sum, _ in sum + random.nextUnit() } }
  }

  private func histogram(_ values: [Float]) -> ValueHistogram {
    var histogram = ValueHistogram()
    histogram.add(values)
    return histogram
  }

  @Test func `counts do not depend on order or on how values are split`() {
    var values = normal(10_000, seed: 1)
    values[17] = 1e6
    values[400] = -3e-9
    values[401] = 0
    let whole = histogram(values)
    let reversed = histogram(values.reversed())
    var pieces = ValueHistogram()
    for start in stride(from: 0, to: values.count, by: 777) {
      pieces.add(histogram(Array(values[start..<min(start + 777, values.count)])))
    }
    var single = ValueHistogram()
    for value in values { single.add([value]) }
    #expect(whole == reversed && whole == pieces && whole == single)
    #expect(whole.counts.reduce(0, +) == values.count)
    #expect(whole.smallest == values.min() && whole.largest == 1e6)
  }

  @Test func `extremes have a bin`() {
    for value in [
      Float.greatestFiniteMagnitude, -Float.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, -0.0,
    ] {
      let found = histogram([value, 0.5, value])
      #expect(found.counts.reduce(0, +) == 3)
    }
    for exponent in -140...127 {
      // The last value of a bin and the first of the next.
      let value = Float(sign: .plus, exponent: exponent, significand: 1)
      #expect(histogram([value, value.nextDown, -value, -value.nextUp]).counts.reduce(0, +) == 4)
    }
  }

  @Test func `min-max takes the ends, and zero`() {
    #expect(CalibrationMethod.minMax.range(of: histogram([2, 3, 5])) == ValueRange(0, 5))
    #expect(CalibrationMethod.minMax.range(of: histogram([-2, -3])) == ValueRange(-3, 0))
    for method in CalibrationMethod.allCases {
      #expect(method.range(of: ValueHistogram()) == ValueRange(0, 0))
      #expect(method.range(of: histogram([0, 0, 0])) == ValueRange(0, 0))
    }
  }

  @Test func `percentile cuts one in ten thousand on each side`() {
    // 0, 1 … 99,999 and one stray value far away.
    var values = (0..<100_000).map { Float($0) }
    values.append(1e7)
    let range = CalibrationMethod.percentile.range(of: histogram(values))
    // Bins are 4,096 wide here, and the range is true to a bin.
    #expect(range.low == 0 && (95_000...105_000).contains(range.high))
    let normal = CalibrationMethod.percentile.range(of: histogram(normal(400_000, seed: 2)))
    // The sum of twelve has shorter tails than the normal distribution's 3.72.
    #expect((3.3...3.8).contains(normal.high) && (-3.8 ... -3.3).contains(normal.low))
  }

  @Test func `mean square error finds the best range`() {
    // Mostly within 1, a few far out: cutting those is cheaper than making all others coarse.
    var values = normal(200_000, seed: 3)
    for index in stride(from: 0, to: values.count, by: 50_000) { values[index] = 60 }
    let range = CalibrationMethod.meanSquareError.range(of: histogram(values))
    func cost(_ range: ValueRange) -> Double {
      let (scale, zeroPoint) = range.parameters
      return values.reduce(0) { sum, value in
        let integer = min(max((value / scale).rounded() + Float(zeroPoint), -128), 127)
        let error = Double(value - (integer - Float(zeroPoint)) * scale)
        return sum + error * error
      }
    }
    let best = cost(range)
    for factor in [0.5, 0.8, 0.9, 1.1, 1.25, 2] {
      #expect(best < cost(ValueRange(range.low, range.high * factor)) * 1.02)
      #expect(best < cost(ValueRange(range.low * factor, range.high)) * 1.02)
    }
  }

  @Test func `entropy keeps what matters and is not led astray by zeros`() {
    var random = RandomStream(seed: 5, purpose: .testing)
    // As after a convolution and a ReLU: three in four are 0, one in eight is what empty paper gives, the rest falls
    // off.
    let values = (0..<200_000).map { index in
      index % 8 == 0 ? random.nextUnit() * random.nextUnit() * 8 : index % 8 == 1 ? Float(0.3) : Float(0)
    }
    let range = CalibrationMethod.entropy.range(of: histogram(values))
    #expect(range.low == 0 && (4...8.01).contains(range.high))
  }
}
