import OctetHost
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Readings of an acceleration sensor, made of formulas: what somebody does who carries it.
///
/// An item is 128 readings along three axes in multiples of the earth's acceleration, 50 a second. The sensor hangs in
/// any direction, movements have any phase, and speed, strength and noise vary, so that no single reading tells the
/// class: it takes the course over time.
package enum SyntheticMotion {
  package static let classNames = ["still", "walk", "run", "shake", "fall"]
  package static let shape = ImageShape(height: 128, width: 1, channels: 3)
  package static let usualSeed: UInt64 = 1

  /// 5,000 readings to learn from and 1,000 to test with, always the same.
  package static func dataSet() -> DataSet {
    let (train, test) = (items(count: 5_000, part: 0), items(count: 1_000, part: 1))
    return DataSet(
      train: train, test: test,
      origin: "made readings of a sensor, \(DataSet.counts(train, test)) of \(train.targets.description)")
  }

  /// All classes equally often.
  package static func items(count: Int, part: UInt64, seed: UInt64 = usualSeed) -> LabeledItems {
    var values: [Float] = []
    values.reserveCapacity(count * shape.count)
    for item in 0..<count {
      var random = RandomStream(seed: seed, purpose: .sensor, part, UInt64(item))
      values += readings(of: item % classNames.count, &random)
    }
    return LabeledItems(
      shape: shape, values: .floats(values),
      targets: .classes((0..<count).map { UInt16($0 % classNames.count) }, names: classNames))
  }

  private static func readings(of motion: Int, _ random: inout RandomStream) -> [Float] {
    let down = direction(&random)
    let forward = direction(&random)
    let noise = random.nextFloat(in: 0.02..<0.15)
    let phase = random.nextFloat(in: 0..<2 * .pi)
    let (pace, strength): (Float, Float) =
      switch motion {
      case 1: (random.nextFloat(in: 1.4..<2.3), random.nextFloat(in: 0.15..<0.5))
      case 2: (random.nextFloat(in: 2.1..<3.4), random.nextFloat(in: 0.4..<1.2))
      case 3: (random.nextFloat(in: 3..<7), random.nextFloat(in: 0.3..<1.2))
      default: (random.nextFloat(in: 0.1..<0.5), random.nextFloat(in: 0..<0.05))
      }
    // Weightless for about half a second, then the ground.
    let start = 20 + Int(random.nextUnit() * 60)
    let end = start + 15 + Int(random.nextUnit() * 15)
    var values: [Float] = []
    for time in 0..<shape.height {
      let angle = 2 * .pi * pace * Float(time) / 50 + phase
      var weight: Float = 1
      var push: Float = 0
      switch motion {
      // Steps hit the ground: a wave along gravity with an overtone, and half of it from side to side.
      case 1, 2:
        weight += strength * (sinf(angle) + 0.4 * sinf(2 * angle + 1))
        push = strength / 2 * sinf(angle / 2)
      case 3: push = strength * sinf(angle)
      case 4 where time >= start && time < end: weight = 0.05
      case 4 where time >= end && time < end + 8: weight += 2.5 * expf(-Float(time - end) / 3)
      default: push = strength * sinf(angle)
      }
      for axis in 0..<3 {
        let error = noise * (random.nextUnit() + random.nextUnit() + random.nextUnit() - 1.5) * 2
        values.append(weight * down[axis] + push * forward[axis] + error)
      }
    }
    return values
  }

  /// All directions equally often.
  private static func direction(_ random: inout RandomStream) -> [Float] {
    while true {
      let point = (0..<3).map { _ in random.nextFloat(in: -1..<1) }
      let length = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0.1, length <= 1 { return point.map { $0 / length } }
    }
  }
}
