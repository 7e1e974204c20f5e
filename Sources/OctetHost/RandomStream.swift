/// A repeatable stream of random numbers (xoshiro256**), named by a seed and a path of purposes.
///
/// Everything random in training draws from a stream of its own, named by what it is for: the weights of one layer,
/// the order of one epoch, the dropout mask of one step. So a run that resumes at epoch 7 needs no saved generator:
/// it asks for the streams of epoch 7 and gets what the uninterrupted run got.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// What a stream is for. Two purposes never share numbers, whatever the seed.
  package enum Purpose: UInt64, Sendable {
    case weights = 1
    case order = 2
    case dropout = 3
    case augmentation = 4
    case syntheticDigits = 5
    case selection = 6
    case testing = 7
    case items = 8
    case memoryPlan = 9
    case mixing = 10
    case sensor = 11
    case drawing = 12
  }

  package init(seed: UInt64, purpose: Purpose, _ path: UInt64...) {
    var mixer = SplitMix(state: seed)
    mixer.absorb(purpose.rawValue)
    for element in path { mixer.absorb(element) }
    state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  package mutating func next() -> UInt64 {
    let result = rotate(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, by: 45)
    return result
  }

  /// A value in [0, 1), one of 2^24 equally likely ones, so that it is exact in a Float.
  package mutating func nextUnit() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A value in [lower, upper).
  package mutating func nextFloat(in range: Range<Float>) -> Float {
    range.lowerBound + nextUnit() * (range.upperBound - range.lowerBound)
  }

  private func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
  }
}

/// Spreads a few related words over the 256 bits of state (SplitMix64).
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// Folds `word` into the state through a full round, so that (1, 2) and (2, 1) differ.
  mutating func absorb(_ word: UInt64) {
    state = next() ^ word
  }
}
