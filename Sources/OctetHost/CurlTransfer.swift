#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Brings one file from an address to a path with the program curl, going on where an earlier transfer stopped.
package struct CurlTransfer {
  package let address: String

  /// Where the bytes go; what is there already counts as the start of the file.
  package let path: String

  /// The most bytes that are accepted.
  package let limit: Int
  private let curl: String
  private let environment: [String: String]

  package init(address: String, path: String, limit: Int, environment: [String: String]) throws(FileError) {
    guard let curl = ChildProcess.find("curl", environment) else {
      throw FileError(
        "curl", "was not found on PATH, and is needed to download",
        advice: "install it with: sudo apt-get install curl")
    }
    self.address = address
    self.path = path
    self.limit = limit
    self.curl = curl
    self.environment = environment
  }

  /// Exit statuses of curl that another attempt may not meet again: name not resolved, no connection, cut off,
  /// too slow, no answer, failure to send or receive, stream closed.
  private static let passingStatuses: Set<Int32> = [5, 6, 7, 18, 28, 35, 52, 55, 56, 92]

  /// curl's words for a server that cannot send the rest of a file.
  private static let cannotResumeStatuses: Set<Int32> = [33, 36]

  private static let httpErrorStatus: Int32 = 22
  private static let tooLargeStatus: Int32 = 63

  /// Runs curl until the file is there. Gives whether the file was put together from several transfers.
  ///
  /// An attempt that got further than all before it is not counted, so a bad line ends in success, slowly; without
  /// progress `attempts` failures are enough. It ends, because the length that was reached only grows, up to `limit`.
  package func run(
    attempts: Int, pauseSeconds: UInt32, received: (Int) -> Void
  ) throws(FileError) -> Bool {
    var best = Folder.length(of: path)
    var failures = 0
    while true {
      let start = Folder.length(of: path)
      let outcome = try runOnce(received)
      let reached = Folder.length(of: path)
      guard reached <= limit, outcome.status != CurlTransfer.tooLargeStatus else {
        try Folder.remove(path)
        throw FileError(
          address, "is longer than the \(limit) bytes that are expected", advice: "check the mirror's address"
        )
      }
      if outcome.status == 0 {
        received(reached)
        return start > 0
      }
      let answer = Answer(outcome.output)
      let cannotResume = start > 0 && isRefusalToResume(outcome.status, answer)
      if cannotResume || reached == 0 { try Folder.remove(path) }
      guard cannotResume || mayPass(outcome.status, answer) else { throw failure(outcome, answer) }
      failures = reached > best ? 0 : failures + 1
      best = max(best, reached)
      guard failures < attempts else { throw failure(outcome, answer) }
      if !cannotResume { sleep(pauseSeconds) }
    }
  }

  private func runOnce(_ received: (Int) -> Void) throws(FileError) -> ChildProcess.Outcome {
    let arguments = [
      "--fail", "--location", "--silent", "--show-error", "--globoff", "--proto", "=http,https",
      "--proto-redir",
      "=http,https",
      "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "30", "--max-filesize", String(limit),
      "--continue-at", "-", "--output", path, "--write-out", "\n%{http_code}", "--url", address,
    ]
    return try ChildProcess.run(curl, arguments, environment: environment) {
      let length = Folder.length(of: path)
      received(length)
      // A server that does not say how long the file is could fill the disk.
      return length <= limit
    }
  }

  /// What curl said: its complaint, and the HTTP status of the answer (0 if there was none).
  private struct Answer {
    let complaint: String
    let httpStatus: Int

    init(_ output: String) {
      let lines = output.split(separator: "\n")
      httpStatus = lines.compactMap { Int($0) }.last ?? 0
      let line = lines.first { $0.hasPrefix("curl: ") }.map { $0.dropFirst(6) } ?? "it gave no reason"
      // "(22) The requested URL ...": the number is of no use to a reader.
      complaint = line.hasPrefix("(") ? String(line.drop { $0 != " " }.dropFirst()) : String(line)
    }
  }

  private func isRefusalToResume(_ status: Int32?, _ answer: Answer) -> Bool {
    guard let status else { return false }
    // 416: the range asked for begins behind the end, so what is here is longer than the file.
    return CurlTransfer.cannotResumeStatuses.contains(status)
      || status == CurlTransfer.httpErrorStatus && answer.httpStatus == 416
  }

  private func mayPass(_ status: Int32?, _ answer: Answer) -> Bool {
    guard let status else { return false }
    guard status == CurlTransfer.httpErrorStatus else { return CurlTransfer.passingStatuses.contains(status) }
    return answer.httpStatus >= 500 || answer.httpStatus == 429 || answer.httpStatus == 408
  }

  private func failure(_ outcome: ChildProcess.Outcome, _ answer: Answer) -> FileError {
    guard outcome.status != nil else {
      return FileError(address, "was not downloaded: curl was stopped", advice: "run it again to continue")
    }
    // 23: curl could not write what it received.
    guard outcome.status != 23 else {
      return FileError(
        path, "cannot be written (\(answer.complaint))", advice: "check the disk and its space")
    }
    let advice =
      outcome.status == CurlTransfer.httpErrorStatus
      ? "check the mirror's address, or try another mirror"
      : "check the network and the mirror's address; what has come is kept, and the next try goes on from it"
    return FileError(address, "cannot be downloaded (\(answer.complaint))", advice: advice)
  }
}
