import Octet
import OctetHost
import OctetText

/// Why a model or a checkpoint could not be saved or loaded.
package enum ModelFileError: Error, Equatable {
  case file(FileError)
  /// Not a whole safetensors file.
  case format(path: String, SafetensorsError)
  /// A safetensors file, but not what it should be.
  case content(path: String, String)
  /// An .octet file that breaks a rule of the format.
  case rule(path: String, ModelError)
  /// A checkpoint of another run.
  case otherRun(path: String, RunDifference)

  /// Whether there is no such file, as opposed to one that is broken.
  package var isMissing: Bool {
    guard case .file(let error) = self else { return false }
    return error.isMissing
  }
}

extension ModelFileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .format(let path, let error): "\(path.shown(atMost: 1000)): \(error)"
    case .rule(let path, let error): "\(path.shown(atMost: 1000)): \(error)"
    case .content(let path, let reason): "\(path.shown(atMost: 1000)): \(reason)"
    case .otherRun(let path, let difference):
      "\(path.shown(atMost: 1000)) is a checkpoint of another run: \(difference)"
    }
  }
}

/// Why a model from elsewhere cannot be used: one line that names the file, the place in it, and what to do.
package struct ImportError: Error, Equatable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package init(path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path.shown(atMost: 1000)): \(reason.shown(atMost: 2000))" }
}
