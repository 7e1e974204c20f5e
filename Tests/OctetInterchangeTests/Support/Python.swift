import Foundation

/// A Python interpreter with the package safetensors: `OCTET_PYTHON`, or the environment that "Tools/peers/setup test"
/// makes, or python3.
struct Python {
  private let executable: String

  /// Nil, with a line that says so, when there is none.
  init?() {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    let own = package.appendingPathComponent(".peers/test/bin/python3").path
    let chosen =
      ProcessInfo.processInfo.environment["OCTET_PYTHON"]
      ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
    executable = chosen
    guard let result = try? run("import safetensors.numpy"), result.status == 0 else {
      print("skipped: \(chosen) has no package safetensors; run Tools/peers/setup test")
      return nil
    }
  }

  func run(_ script: String, _ arguments: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [executable, "-c", script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
