import OctetText

/// Why a picture could not be brought to a model's form.
package enum PictureError: Error, Equatable, Sendable {
  case png(PNGError)
  /// A file of another format.
  case other(path: String, finding: String, advice: String)
  /// Nothing stands out from the paper.
  case noInk(path: String)
  /// `exact` was asked for, and the size is another.
  case size(path: String, width: Int, height: Int, neededWidth: Int, neededHeight: Int)
}

extension PictureError: CustomStringConvertible {
  package var description: String { "\(path.shown): \(reason)" }

  /// The file as the user named it.
  package var path: String {
    switch self {
    case .png(let error): error.path
    case .other(let path, _, _): path
    case .noInk(let path): path
    case .size(let path, _, _, _, _): path
    }
  }

  /// The line without the file's name.
  package var reason: String {
    switch self {
    case .png(let error): error.reason
    case .other(_, let finding, let advice): "\(finding); \(advice)"
    case .noInk:
      "no ink found: the picture is blank, or what is on it cannot be distinguished from the paper; look at it"
    case .size(_, let width, let height, let neededWidth, let neededHeight):
      """
      is \(width) x \(height) pixels, and the model needs \(neededWidth) x \(neededHeight); give another \
      picture, or scale it (--fit stretch, crop, pad, or auto for a digit)
      """
    }
  }
}
