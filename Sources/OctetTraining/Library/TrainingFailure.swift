import OctetNetwork

/// Why a network could not be trained, or a float model or images not be used.
///
/// Texts that name an option of the command line, such as `--learning-rate`, mean the setting of that name.
public struct TrainingFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What a program can tell apart.
  public enum Kind: Sendable {
    /// The text of a network breaks the grammar, or its layers do not fit each other or the classes.
    case network
    /// There is no recipe of that name.
    case recipe
    /// There is no such setting, or it does not take the value.
    case setting
    /// Images that do not fit the network, too few of them, or such without labels where they are needed.
    case images
    /// The loss or a weight is no longer a finite number.
    case diverged
    /// A file cannot be read or written, or is damaged.
    case file
  }

  /// What is wrong.
  public let kind: Kind
  /// One line: what, where, the value, and what to do.
  public let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: TrainingError) {
    kind =
      switch error {
      case .network: .network
      case .lossNotFinite: .diverged
      case .noTrainingImages, .noValidationImages, .shape, .noTargets, .noAugmentation: .images
      case .noClassWeights, .notWatched: .setting
      case .teacher: .network
      case .snapshot: .file
      }
    description = error.description
  }
}
