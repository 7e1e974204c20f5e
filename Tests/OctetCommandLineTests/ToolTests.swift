import OctetCommandLine
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The built tool, from outside.
@Suite struct ToolTests {
  /// The names listed under "Commands:" in a help text.
  private func commands(in help: String) -> [String] {
    help.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "Commands:" }.dropFirst().prefix { $0.hasPrefix("  ") }
      .filter { !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  /// Every command that can be reached from the top, by reading the help texts alone.
  private func everyPath(below path: [String] = []) throws -> [[String]] {
    let help = try OctetProcess.run(path + ["--help"]).output
    return [path] + (try commands(in: help).flatMap { try everyPath(below: path + [$0]) })
  }

  @Test func `every command has help with an example`() throws {
    let paths = try everyPath()
    #expect(paths.contains(["completions"]))
    for path in paths {
      let asked = try OctetProcess.run(path + ["--help"])
      #expect(asked.status == 0)
      #expect(asked.errors.isEmpty)
      #expect(asked.output.contains("Example"))
      #expect(asked.output.contains("octet " + path.joined(separator: " ")))
      for line in asked.output.split(separator: "\n") { #expect(line.count <= 80) }
      let explained = try OctetProcess.run(["help"] + path)
      #expect(explained.output == asked.output)
    }
  }

  @Test func `the version is one line`() throws {
    let result = try OctetProcess.run("--version")
    #expect(result.status == 0)
    // Every library that the program needs, as ldd lists them, and the two that it opens by name.
    let form = /octet \d+\.\d+\.\d+ \(([0-9a-f]{12}\S*; )?libpng [\d.]+, zlib [\d.]+, (.*); (.*)\)\n/
    let found = try #require(result.output.wholeMatch(of: form), "\(result.output)").output
    for name in ["Swift", "libstdc++"] { #expect(found.2.contains(name)) }
    for name in ["OpenBLAS", "libjpeg-turbo"] { #expect(found.3.contains(name)) }
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: [
    ([], "needs a command"),
    (["completoins"], "did you mean 'completions'? (see 'octet --help')"),
    (["help", "completoins"], "did you mean 'completions'?"),
    (["help", "completions", "bash"], "has no commands"),
    (["completions", "--hlep"], "did you mean --help? (see 'octet completions --help')"),
    (["diff", "a.octet"], "did you mean 'compare'?"), (["explain", "--img", "3"], "did you mean --image?"),
    (["train", "--Batch_Size", "3"], "did you mean --batch?"),
    (["evaluate", "--html", "x"], "did you mean --report?"),
    (["draw", "--html", "x"], "did you mean --out?"),
    (["completions", "line\nbreak\u{1B}[2J"], "'line\\u{a}break\\u{1b}[2J'"),
  ])
  func `wrong usage is one line and status 2`(arguments: [String], message: String) throws {
    let result = try OctetProcess.run(arguments)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("octet: "))
    #expect(result.errors.contains(message))
    #expect(result.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0, "needs /dev/full"))
  func `a full disk is an error`() throws {
    let result = try OctetProcess.run("--help", output: .path("/dev/full"))
    #expect(result.status == 1)
    #expect(result.errors == "octet: cannot write to standard output: No space left on device\n")
  }

  @Test func `a reader that closed the pipe is not an error`() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let result = try OctetProcess.run("completions", "bash", output: .descriptor(ends[1]))
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
  }

  @Test func `a closed output is an error`() throws {
    let octet = try BuiltProducts.path(of: "octet")
    let result = try OctetProcess.run("-c", "exec \"$0\" --version >&-", octet, executable: "/bin/sh")
    #expect(result.status == 1)
    #expect(result.errors == "octet: cannot write to standard output: Bad file descriptor\n")
  }

  @Test func `the completion script knows the tool`() throws {
    let result = try OctetProcess.run("completions", "bash")
    #expect(result.status == 0)
    for path in try everyPath() where !path.isEmpty {
      #expect(result.output.contains("'octet \(path.joined(separator: " "))'"))
    }
  }
}

@Suite struct OctetProcessTests {
  @Test func `large outputs on both streams do not block`() throws {
    let script = "head -c 3000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2; cat"
    let result = try OctetProcess.run("-c", script, executable: "/bin/sh", input: "the end")
    #expect(result.output.utf8.count == 3_000_007)
    #expect(result.output.hasSuffix("xthe end"))
    #expect(result.errors.utf8.count == 3_000_000)
  }

  @Test func `variables are set and removed`() throws {
    let result = try OctetProcess.run(
      "-c", "echo \"$FIRST ${HOME-none}\"; exit 7", executable: "/bin/sh",
      environment: ["FIRST": "1", "HOME": ""])
    #expect(result.output == "1 none\n")
    #expect(result.status == 7)
  }

  @Test func `signals end a process`() throws {
    let process = try OctetProcess(["-c", "sleep 100"], executable: "/bin/sh")
    process.send(signal: SIGKILL)
    #expect(try process.wait().status == 128 + SIGKILL)
  }

  @Test func `a program that is not there is an error`() {
    #expect(throws: OctetProcess.Failure.self) { try OctetProcess.run(executable: "/nowhere/at/all") }
  }
}
