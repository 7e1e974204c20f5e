/// Why a model could not be imported, quantized, compared or written.
///
/// Texts that name an option of the command line mean the parameter of that name: `--classes` is `classNames`,
/// `--pixels=-1:1` is `pixels: PixelRange(-1...1)`.
public struct QuantizationFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What a program can tell apart.
  public enum Kind: Sendable {
    /// A file cannot be read or written.
    case file
    /// A model that is damaged, or has an operator or layer that is not supported.
    case format
    /// A model that is no classifier, or that the integer format cannot express.
    case model
    /// Images that do not fit the model, none at all, or such without labels where they are needed.
    case images
  }

  /// What is wrong.
  public let kind: Kind
  /// One line: the file or layer, what was found, and what to do.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: QuantizationError) {
    kind =
      switch error {
      case .network, .unsupported, .output, .limit: .model
      case .shape, .noImages, .tooFewToRepair, .integersWithoutScale: .images
      }
    description = error.description
  }
}
