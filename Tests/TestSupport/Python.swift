import Foundation

/// A Python interpreter with packages that Octet is compared with: `OCTET_PYTHON`, or the environment that
/// "Tools/peers/setup test" makes, or python3.
package struct Python {
  private let executable: String

  /// Nil, with a line that says so, when it lacks one of the modules.
  ///
  /// - Parameter environment: as Tools/peers/setup has it.
  package init?(_ modules: String..., environment: String = "test") {
    let own = Self.repository.appending(path: ".peers/\(environment)/bin/python3").path
    let chosen =
      ProcessInfo.processInfo.environment["OCTET_PYTHON"]
      ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
    executable = chosen
    // Looking for a module is quick where importing it is not.
    let script =
      "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(m) is None for m in sys.argv[1:]))"
    guard let result = try? run(["-c", script] + modules), result.status == 0 else {
      print(
        "skipped: \(chosen) lacks one of \(modules.joined(separator: ", ")); run Tools/peers/setup \(environment)"
      )
      return nil
    }
  }

  package func run(_ script: String, _ arguments: String...) throws -> (status: Int32, output: String) {
    try run(["-c", script] + arguments)
  }

  /// Runs a script of the repository, such as "Tools/peers/check.py".
  ///
  /// - Parameter environment: laid over the test's own.
  package func run(
    file: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    try run([Self.repository.appending(path: file).path] + arguments, environment: environment)
  }

  package static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [executable] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
