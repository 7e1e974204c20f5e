import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs another program and gathers what it says.
///
/// The child stays in this program's process group, so that an interrupt from the keyboard reaches both.
package struct ChildProcess {
  /// How a program ended.
  package struct Outcome {
    /// The exit status, or nil if a signal ended it.
    package let status: Int32?

    /// What it wrote to standard output and standard error, in that order of arrival.
    package let output: String
  }

  /// The most output that is kept; the rest is read and dropped.
  private static let largestOutput = 1 << 16

  /// How long a silent child is left alone before `whileRunning` is asked again.
  private static let tickMilliseconds: Int32 = 200

  /// The full path of a program, by the `PATH` in `environment`.
  package static func find(_ program: String, _ environment: [String: String]) -> String? {
    (environment["PATH"] ?? "").split(separator: ":").map { Folder.join(String($0), program) }.first { path in
      path.withFileName({ access($0, X_OK) }) == 0 && (try? Folder.kind(of: path)) == .file
    }
  }

  /// Runs `program` to its end. A few times a second `whileRunning` is called; if it says false, the child is ended.
  package static func run(
    _ program: String, _ arguments: [String], environment: [String: String], whileRunning: () -> Bool
  ) throws(FileError) -> Outcome {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw FileError(program, cannotBe: .started, code: errno) }
    defer { close(ends[0]) }
    // The child gets its copies as output streams; under their own numbers both ends stay here.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let started = spawn(program, arguments, environment, output: ends[1])
    close(ends[1])
    guard let child = started.child else {
      throw FileError(program, cannotBe: .started, code: started.code)
    }
    let output = gather(from: ends[0]) { if !whileRunning() { kill(child, SIGKILL) } }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    // The low seven bits are the signal that ended it, or 0 if it ended by itself.
    let exited = status & 0x7F == 0
    return Outcome(
      status: exited ? (status >> 8) & 0xFF : nil, output: String(decoding: output, as: UTF8.self))
  }

  /// The new process, or nil and the reason.
  private static func spawn(
    _ program: String, _ arguments: [String], _ environment: [String: String], output: Int32
  ) -> (child: pid_t?, code: Int32) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    // The threads of a pool block signals, and a child would inherit that and be deaf to an interrupt.
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = ([program] + arguments).map { word in word.withFileName { strdup($0) } } + [nil]
    var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    // The child has its own copies once it runs.
    defer { for word in words + settings { free(word) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, program, &actions, &attributes, &words, &settings)
    return (code == 0 ? child : nil, code)
  }

  /// Everything from `descriptor` until all writers have closed it.
  private static func gather(from descriptor: Int32, tick: () -> Void) -> [UInt8] {
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      tick()
      // Interrupted or out of time: look again. Any other failure shows in the read.
      let ready = poll(&waiting, 1, tickMilliseconds)
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      let got = read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return output }
      output += buffer.prefix(min(got, largestOutput - output.count))
    }
  }
}
