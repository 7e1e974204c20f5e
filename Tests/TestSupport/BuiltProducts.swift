import Foundation

/// Finds what the build made, beside the test bundle.
package enum BuiltProducts {
  /// A product that is not there.
  package struct Missing: Error, CustomStringConvertible {
    package let description: String
  }

  package static func path(of name: String) throws -> String {
    // On Linux the bundle is the running program; elsewhere a runner is, and the bundle is one of its arguments.
    let candidates = CommandLine.arguments + [Bundle.main.executablePath ?? ""]
    for candidate in candidates {
      guard let bundle = candidate.range(of: "[^/]*\\.xctest", options: .regularExpression) else { continue }
      let path = candidate[..<bundle.lowerBound] + name
      if FileManager.default.isExecutableFile(atPath: String(path)) { return String(path) }
    }
    throw Missing(description: "no executable '\(name)' beside the tests; looked from \(candidates)")
  }
}
