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
