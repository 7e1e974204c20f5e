import Foundation

/// A small web server on the loopback interface, with good and bad manners, written in Python.
///
/// The first part of the path chooses the manners; the rest is a file in the folder `served` of the given one.
package final class LoopbackServer: @unchecked Sendable {
  private let process = Process()
  private let logPath: String

  /// The address, with a slash at the end.
  package let address: String

  /// The path of a Python, or nil if this machine has none.
  package static let python = folder(of: "python3").map { $0 + "/python3" }

  /// The folder that has curl, or nil if this machine has none.
  package static let curlFolder = folder(of: "curl")

  private static func folder(of program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init).first {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  /// `folder` also takes the server's script and its log.
  package init(serving folder: String) throws {
    logPath = folder + "/requests.log"
    let script = folder + "/server.py"
    try Data(LoopbackServer.script.utf8).write(to: URL(fileURLWithPath: script))
    process.executableURL = URL(fileURLWithPath: LoopbackServer.python ?? "")
    process.arguments = [script, folder, logPath]
    let output = Pipe()
    process.standardOutput = output
    // The server ends when this pipe closes, so it cannot outlive a test that is killed.
    process.standardInput = Pipe()
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line = ""
    while !line.hasSuffix("\n") {
      let part = output.fileHandleForReading.availableData
      if part.isEmpty { throw CocoaError(.fileReadUnknown) }
      line += String(decoding: part, as: UTF8.self)
    }
    address = "http://127.0.0.1:\(line.dropLast())/"
  }

  deinit {
    // A thread of a pool may block the politer signals, and its children inherit that.
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// Each request so far: its path, and the range it asked for ("-" for none).
  package var requests: [String] {
    let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  private static let script = """
    import http.server, os, sys, threading

    folder, log = sys.argv[1], sys.argv[2]
    counts = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *ignored):
            pass

        def do_GET(self):
            asked = self.headers.get("Range", "-")
            with open(log, "a") as file:
                file.write(f"{self.path} {asked}\\n")
            _, manners, name = self.path.split("/", 2)
            counts[self.path] = counts.get(self.path, 0) + 1
            self.close_connection = True
            if manners == "missing":
                return self.send_error(404)
            if manners == "busy" and counts[self.path] < 3:
                return self.send_error(503)
            if manners == "moved":
                self.send_response(302)
                self.send_header("Location", "/range/" + name)
                self.send_header("Content-Length", "0")
                return self.end_headers()
            if manners == "endless":
                self.send_response(200)
                self.end_headers()
                try:
                    # Far more than any limit, but no full disk if nobody stops it.
                    for _ in range(512):
                        self.wfile.write(bytes(65536))
                    self.rfile.read(1)
                except OSError:
                    pass
                return
            with open(os.path.join(folder, "served", name), "rb") as file:
                body = file.read()
            start = 0
            if asked != "-" and manners not in ("plain", "dropplain"):
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(body)}")
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            rest = body[start:]
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if manners in ("drop", "dropplain"):
                rest = rest[:300]
            if manners == "silent":
                rest = b""
            self.wfile.write(rest)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    """
}
