import Foundation
import OctetInterchange
import OctetTraining
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What goes wrong while training runs: one line, status 1, and the last good checkpoint stays.
@Suite struct TrainingFaultTests {
  private static let prlimit: String? = ["/usr/bin/prlimit", "/bin/prlimit"].first { access($0, X_OK) == 0 }

  /// Runs the tool with a limit on the length of any file, which stands for a disk that is full from there on.
  private func train(_ training: SmallTraining, fileLimit: Int, _ more: String...) throws
    -> OctetProcess.Result
  {
    let octet = try BuiltProducts.path(of: "octet")
    return try OctetProcess.run(
      ["--fsize=\(fileLimit)", octet] + training.arguments(more), executable: Self.prlimit,
      environment: training.environment)
  }

  @Test(.enabled(if: prlimit != nil, "needs prlimit")) func `a disk that is full from the start`() throws {
    let training = try SmallTraining()
    try train(training, fileLimit: 1000, "--epochs", "2", "--quiet").expectRefusal(
      1, "cannot be written", "model.checkpoint.safetensors", "too large")
    #expect(try training.written() == [])
  }

  @Test(.enabled(if: prlimit != nil, "needs prlimit")) func `a disk that fills up keeps the last checkpoint`()
    throws
  {
    let training = try SmallTraining()
    #expect(try training.train("--epochs", "12", "--quiet", model: "whole").status == 0)
    #expect(try training.train("--epochs", "12", "--quiet").status == 0)
    let length = try #require(try training.folder.bytes(of: "model.checkpoint.safetensors")).count
    // Every epoch adds a record of about 200 bytes, so some epoch on the way no longer fits.
    let failed = try train(training, fileLimit: length - 1000, "--epochs", "12", "--quiet")
    failed.expectRefusal(1, "cannot be written", "model.checkpoint.safetensors")
    let done = try training.checkpoint().snapshot.history.count
    #expect((1..<12).contains(done))
    #expect(try training.train("--epochs", "12", "--quiet", "--resume").status == 0)
    #expect(try training.weights(model: "model") == training.weights(model: "whole"))
    #expect(try training.written().filter { $0.hasSuffix(".tmp") } == [])
  }

  /// What was found is printed all the same.
  @Test func `a page on a full device`() throws {
    let training = try SmallTraining()
    guard access("/dev/full", W_OK) == 0 else { return }
    let result = try training.train("--epochs", "1", "--json", "--report", "/dev/full")
    #expect(
      result.status == 1 && result.errors.contains("/dev/full: cannot be written (No space left on device)"))
    #expect(result.output.contains("\"test_accuracy\""), "\(result.output)")
    #expect(try training.checkpoint().snapshot.isFinished)
  }

  @Test func `a link for a model is refused before training`() throws {
    let training = try SmallTraining()
    try FileManager.default.createSymbolicLink(
      atPath: training.folder.path("model.safetensors"), withDestinationPath: "elsewhere")
    try training.train("--epochs", "1").expectRefusal(1, "model.safetensors: is a symbolic link")
    #expect(try training.written() == ["model.safetensors"])
  }

  @Test func `a missing folder is an error before training`() throws {
    let training = try SmallTraining()
    try training.train("--json", model: "missing/model").expectRefusal(
      1, "cannot be written", "missing/model.safetensors", "No such file or directory", "mkdir -p")
    #expect(try training.written() == [])
  }

  @Test func `a folder that is a file`() throws {
    let training = try SmallTraining()
    try training.folder.write("text", to: "file")
    try training.train(model: "file/model").expectRefusal(1, "cannot be written (Not a directory)")
  }

  @Test(.enabled(if: geteuid() != 0, "permissions do not bind the superuser"))
  func `a folder that may not be written`() throws {
    let training = try SmallTraining()
    try FileManager.default.createDirectory(
      atPath: training.folder.path("closed"), withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o555])
    try training.train(model: "closed/model").expectRefusal(1, "cannot be written", "Permission denied")
  }

  /// Even the superuser may not write here.
  @Test(.enabled(if: access("/proc/version", R_OK) == 0, "needs /proc")) func `a folder that takes no files`()
    throws
  {
    let training = try SmallTraining()
    let result = try OctetProcess.run(
      [
        "train", "--network", training.folder.path("small.network"), "--data", training.folder.path("data"),
        "--out",
        "/proc/model.safetensors",
      ], environment: training.environment)
    result.expectRefusal(1, "/proc/model.safetensors: cannot be written")
  }

  @Test func `a loss that is not a number stops and keeps the checkpoint`() throws {
    let training = try SmallTraining()
    try training.folder.write(
      "input 28x28x1\nconv 4 3x3\nflatten\ndense 16\ndense 10 softmax\noptimizer sgd\nbatch 16\n",
      to: "small.network")
    let good = ["--epochs", "1", "--quiet"]
    #expect(try training.run(training.arguments(good)).status == 0)
    let before = try training.folder.bytes(of: "model.checkpoint.safetensors")
    let wild = try training.train("--epochs", "3", "--quiet", "--learning-rate", "100", model: "wild")
    wild.expectRefusal(1, "epoch 1, batch ", "finite", "--learning-rate")
    let kept = try training.checkpoint(model: "wild")
    #expect(kept.snapshot.history.isEmpty)
    #expect(kept.snapshot.tensors.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    #expect(try training.folder.bytes(of: "wild.safetensors") == nil)
    #expect(try training.folder.bytes(of: "model.checkpoint.safetensors") == before)
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0, "needs /dev/full"), arguments: [[], ["--json"]])
  func `output on a full disk`(options: [String]) throws {
    let training = try SmallTraining()
    let result = try training.run(
      training.arguments(["--epochs", "1"] + options), output: .path("/dev/full"))
    #expect(result.status == 1)
    result.expectOneLine(["cannot write to standard output: No space left on device"])
  }

  @Test func `a closed output`() throws {
    let training = try SmallTraining()
    let octet = try BuiltProducts.path(of: "octet")
    let result = try OctetProcess.run(
      ["-c", "exec \"$0\" \"$@\" >&-", octet] + training.arguments(["--epochs", "1", "--json"]),
      executable: "/bin/sh", environment: training.environment)
    #expect(result.status == 1)
    result.expectOneLine(["cannot write to standard output: Bad file descriptor"])
    // A run that says nothing needs nowhere to say it.
    let quiet = try OctetProcess.run(
      ["-c", "exec \"$0\" \"$@\" >&- 2>&-", octet] + training.arguments(["--epochs", "1", "--quiet"]),
      executable: "/bin/sh", environment: training.environment)
    #expect(quiet.status == 0)
    #expect(try FloatModelFile.load(path: training.folder.path("model.safetensors")).history.count == 1)
  }
}
