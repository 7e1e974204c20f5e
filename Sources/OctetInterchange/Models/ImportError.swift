import OctetText
// A float model is what every format is translated to, so whoever imports the formats has the models too.
@_exported import OctetTraining

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
