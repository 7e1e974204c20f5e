#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the learning rate changes while a network is trained.
package enum LearningRateSchedule: Hashable, Sendable {
  case constant
  /// Falls to zero along half a cosine wave, epoch by epoch.
  case cosine
  /// Is multiplied by `factor` after every so many epochs.
  case step(epochs: Int, factor: Float)
  /// Rises to the learning rate in the first three tenths of all steps, and falls to almost nothing in the others, both
  /// along half a cosine wave: PyTorch's OneCycleLR as it comes.
  case oneCycle

  package static let grammar = "constant, cosine, step:EPOCHS:FACTOR such as step:30:0.1, or one-cycle"

  package init?(_ text: String) {
    switch text {
    case "constant": self = .constant
    case "cosine": self = .cosine
    case "one-cycle": self = .oneCycle
    default:
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "step", let epochs = Int(parts[1]),
        (1...1_000_000).contains(epochs),
        let factor = Float(String(parts[2])), factor > 0, factor <= 1
      else { return nil }
      self = .step(epochs: epochs, factor: factor)
    }
  }

  package var text: String {
    switch self {
    case .constant: "constant"
    case .cosine: "cosine"
    case .step(let epochs, let factor): "step:\(epochs):\(factor)"
    case .oneCycle: "one-cycle"
    }
  }

  /// A step of training among all of them; everything is counted from zero.
  package struct Place {
    package let epoch: Int
    package let epochs: Int
    package let batch: Int
    /// Of an epoch.
    package let batches: Int

    package init(epoch: Int, of epochs: Int, batch: Int = 0, of batches: Int = 1) {
      self.epoch = epoch
      self.epochs = epochs
      self.batch = batch
      self.batches = batches
    }

    var step: Int { epoch * batches + batch }
    var steps: Int { epochs * batches }
  }

  /// The rate of a step.
  ///
  /// - Parameters:
  ///   - start: the learning rate that was set.
  ///   - warmUp: epochs over which the rate rises from nothing, in a straight line.
  package func rate(_ place: Place, start: Float, warmUp: Float = 0) -> Float {
    let rate =
      switch self {
      case .constant: start
      case .cosine: start * (1 + cosf(.pi * Float(place.epoch) / Float(max(place.epochs, 1)))) / 2
      case .step(let epochs, let factor): start * powf(factor, Float(place.epoch / epochs))
      case .oneCycle: Float(Self.oneCycle(step: place.step, of: place.steps) * Double(start))
      }
    let rising = warmUp * Float(place.batches)
    let share = Float(place.step + 1) / rising
    return share < 1 ? rate * share : rate
  }

  /// The share of the highest rate at a step.
  private static func oneCycle(step: Int, of steps: Int) -> Double {
    let (first, last) = (1.0 / 25, 1.0 / 25 / 10_000)
    let top = 0.3 * Double(steps) - 1
    let end = Double(steps) - 1
    func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
      to + (from - to) * (1 + cos(Double.pi * share)) / 2
    }
    let place = Double(step)
    if place <= top { return between(first, 1, top > 0 ? place / top : 1) }
    return between(1, last, end > top ? (place - top) / (end - top) : 1)
  }
}
