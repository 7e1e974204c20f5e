import Octet
import OctetHost
import OctetNetwork

/// Items that are drawn for a model, where there is no data: enough to calibrate roughly, to measure the speed, and to
/// compare two models, but nothing to learn from.
package struct RandomItems {
  /// What a model takes in.
  package enum Kind: Equatable, Sendable {
    /// All bytes equally often.
    case pixels
    /// All integers of an int8 model's input equally often, and what they stand for if a float model sees them too.
    case integers(InputScale?)
    /// Features, from the standard normal distribution.
    case features
  }

  /// Items of each part of the set, of large items fewer.
  package static let usualCount = 1_000

  /// Numbers of a part at most.
  private static let room = 1 << 26

  private let kind: Kind
  private let shape: ImageShape
  private let seed: UInt64

  package init(_ kind: Kind, shape: ImageShape, seed: UInt64) {
    self.kind = kind
    self.shape = shape
    self.seed = seed
  }

  /// Two parts, so that what is calibrated on one can be compared on the other.
  package var dataSet: DataSet {
    let (train, test) = (items(part: 0), items(part: 1))
    return DataSet(
      train: train, test: test, origin: "random \(train.values.noun)s of \(shape), seed \(seed)")
  }

  private func items(part: UInt64) -> LabeledItems {
    var random = RandomStream(seed: seed, purpose: .items, part)
    let total = min(Self.usualCount, max(Self.room / shape.count, 1)) * shape.count
    let values: ItemValues =
      switch kind {
      case .pixels: .bytes((0..<total).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      case .integers(let scale):
        .integers((0..<total).map { _ in Int8(truncatingIfNeeded: random.next()) }, scale)
      case .features: .floats(Self.normal(total, &random))
      }
    return LabeledItems(shape: shape, values: values, targets: .none)
  }

  /// Twelve numbers from 0 to 1, less 6, have the mean 0 and the variance 1; their sum is close to normal, and exact on
  /// every machine, as each is a multiple of 2^-24.
  private static func normal(_ count: Int, _ random: inout RandomStream) -> [Float] {
    (0..<count).map { _ in
      var sum = 0.0
      for _ in 0..<12 { sum += Double(random.nextUnit()) }
      return Float(sum - 6)
    }
  }
}
