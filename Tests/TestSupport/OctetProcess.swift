#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run of a program, the built `octet` unless another is named.
///
/// Output goes to files and input comes from one, so that neither side ever waits for the other, however much is
/// written, and tests that run side by side cannot hold each other's pipes open.
package final class OctetProcess {
  /// Where the program's standard output goes.
  package enum Output {
    case captured
    case path(String)
    /// An open descriptor of the test's own, such as the writing end of a pipe.
    case descriptor(Int32)
  }

  /// How a program ended and what it said.
  package struct Result {
    /// The exit status; 128 and the signal's number when a signal ended the program, as shells count.
    package let status: Int32
    package let output: String
    package let errors: String

    /// Standard error but for what is only advice: networks of random weights earn warnings about their figures.
    package var errorsBesideWarnings: String {
      errors.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("octet: warning: ") }.joined(separator: "\n")
    }
  }

  /// The program could not be run at all.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let identifier: pid_t
  private let folder: TemporaryFolder

  /// Runs to the end.
  package static func run(
    _ arguments: String..., executable: String? = nil, environment: [String: String] = [:],
    input: String = "",
    output: Output = .captured
  ) throws -> Result {
    try run(arguments, executable: executable, environment: environment, input: input, output: output)
  }

  package static func run(
    _ arguments: [String], executable: String? = nil, environment: [String: String] = [:], input: String = "",
    output: Output = .captured
  ) throws -> Result {
    try OctetProcess(
      arguments, executable: executable, environment: environment, input: input, output: output
    ).wait()
  }

  /// Starts the program and returns at once. `environment` is laid over the test's own; an empty value removes one.
  package init(
    _ arguments: [String], executable: String? = nil, environment: [String: String] = [:], input: String = "",
    output: Output = .captured
  ) throws {
    let path = try executable ?? BuiltProducts.path(of: "octet")
    folder = try TemporaryFolder()
    try folder.write(input, to: "input")

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let create = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, folder.path("input"), O_RDONLY, 0)
    switch output {
    case .captured:
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, folder.path("output"), create, 0o600)
    case .path(let path):
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, O_WRONLY, 0)
    case .descriptor(let descriptor):
      posix_spawn_file_actions_adddup2(&actions, descriptor, STDOUT_FILENO)
    }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder.path("errors"), create, 0o600)

    var child = pid_t()
    let words = CStrings([path] + arguments)
    let variables = CStrings(OctetProcess.environment(overlaid: environment))
    // Threads that run tests may block signals, which a program would inherit: one that waits for SIGCHLD never ends.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let failure = posix_spawn(&child, path, &actions, &attributes, words.pointers, variables.pointers)
    guard failure == 0 else {
      throw Failure(description: "cannot run \(path): \(String(cString: strerror(failure)))")
    }
    identifier = child
  }

  package func send(signal: Int32) {
    kill(identifier, signal)
  }

  /// Waits for the end. To be called once.
  package func wait() throws -> Result {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) == -1 {
      guard errno == EINTR else {
        throw Failure(description: "cannot wait: \(String(cString: strerror(errno)))")
      }
    }
    let signal = status & 0x7F
    return Result(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
      output: try folder.contents(of: "output") ?? "",
      errors: try folder.contents(of: "errors") ?? "")
  }

  private static func environment(overlaid changes: [String: String]) -> [String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    variables.merge(changes) { $1 }
    return variables.filter { !$0.value.isEmpty }.map { "\($0)=\($1)" }
  }
}

/// A null-terminated list of C strings, which lives as long as this does.
private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (place, string) in strings.enumerated() { (pointers + place).initialize(to: strdup(string)) }
    (pointers + count).initialize(to: nil)
  }

  deinit {
    for place in 0..<count { free(pointers[place]) }
    pointers.deallocate()
  }
}
