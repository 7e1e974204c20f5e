import Foundation
import OctetHost

/// octet.wasm under Node, as web/build has written it to .build/web. Tools/test builds it before the tests run.
package struct WebRuntime {
  package let folder: String
  private let script: String

  /// Nil, with a line that says why, where there is no Node or no octet.wasm.
  package init?() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    folder = "\(root)/.build/web"
    script = "\(root)/web/tests/run.mjs"
    guard FileManager.default.fileExists(atPath: "\(folder)/octet.wasm") else {
      print("skipped: no octet.wasm; web/build writes it")
      return nil
    }
    let node = try OctetProcess.run(["sh", "-c", "command -v node"], executable: "/usr/bin/env")
    if node.status != 0 {
      print("skipped: no Node to run octet.wasm with")
      return nil
    }
  }

  /// The lines that a task of web/tests/run.mjs prints.
  package func run(_ task: String, _ paths: [String] = []) throws -> [String] {
    let result = try OctetProcess.run(["node", script, folder, task] + paths, executable: "/usr/bin/env")
    guard result.status == 0 else { throw WebRuntimeError(description: result.errors) }
    return result.output.split(separator: "\n").map(String.init)
  }
}

/// What Node says where a task fails.
package struct WebRuntimeError: Error, CustomStringConvertible {
  package let description: String
}
