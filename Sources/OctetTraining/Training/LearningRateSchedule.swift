#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the learning rate changes from epoch to epoch.
package enum LearningRateSchedule: String, CaseIterable, Sendable {
  case constant
  /// Falls to zero along half a cosine wave.
  case cosine

  /// The rate of an epoch counted from zero.
  package func rate(epoch: Int, of epochs: Int, start: Float) -> Float {
    switch self {
    case .constant: start
    case .cosine: start * (1 + cosf(.pi * Float(epoch) / Float(max(epochs, 1)))) / 2
    }
  }
}
