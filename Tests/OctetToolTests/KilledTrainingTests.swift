import Foundation
import OctetHost
import OctetInterchange
import OctetTraining
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// However often and whenever a run is killed, going on ends with the weights of a run that was left alone.
@Suite struct KilledTrainingTests {
  private static let epochs = "12"

  /// When a run is killed.
  private enum Moment {
    /// After this share of the time that a whole run takes here.
    case share(Double)
    /// While a checkpoint is being written: as soon as its temporary file is seen.
    case writing
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func `resuming gives the same weights`(seed: UInt64) throws {
    let training = try SmallTraining()
    let start = ContinuousClock.now
    let whole = try training.train("--epochs", Self.epochs, "--quiet", model: "whole")
    #expect(whole.status == 0, "\(whole.errors)")
    let duration = ContinuousClock.now - start
    let expected = try training.weights(model: "whole")

    var random = RandomStream(seed: seed, purpose: .testing)
    var kills = 0
    for attempt in 0..<10 {
      let moment: Moment = attempt % 3 == 2 ? .writing : .share(Double(random.nextUnit()) * 0.6)
      let result = try interrupt(training, at: moment, wholeRun: duration)
      if result.status == 128 + SIGKILL {
        kills += 1
      } else {
        #expect(result.status == 0, "\(result.errors)")
      }
      try checkFiles(training)
    }
    // The first moments are before any run can have ended.
    #expect(kills > 0)
    let last = try training.train("--epochs", Self.epochs, "--quiet", "--resume")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try training.weights(model: "model") == expected)
    #expect(
      try training.written() == [
        "model.checkpoint.safetensors", "model.safetensors", "whole.checkpoint.safetensors",
        "whole.safetensors",
      ], "the remains of killed runs are gone")
  }

  private func interrupt(_ training: SmallTraining, at moment: Moment, wholeRun: Duration) throws
    -> OctetProcess.Result
  {
    let process = try OctetProcess(
      training.arguments(["--epochs", Self.epochs, "--quiet", "--resume"]), environment: training.environment)
    let deadline: Duration
    switch moment {
    case .share(let share): deadline = wholeRun * share
    case .writing: deadline = wholeRun
    }
    let start = ContinuousClock.now
    while ContinuousClock.now - start < deadline {
      if case .writing = moment, try training.written().contains(where: { $0.hasSuffix(".tmp") }) { break }
      usleep(500)
    }
    process.send(signal: SIGKILL)
    return try process.wait()
  }

  /// Under its own name there is a whole file or none, and once there is a checkpoint it does not go.
  private func checkFiles(_ training: SmallTraining) throws {
    let names = try training.written()
    if names.contains("model.checkpoint.safetensors") { _ = try training.checkpoint() }
    if names.contains("model.safetensors") {
      #expect(names.contains("model.checkpoint.safetensors"))
      _ = try FloatModelFile.load(path: training.folder.path("model.safetensors"))
    }
  }

  @Test func `a checkpoint does not go with the next kill`() throws {
    let training = try SmallTraining()
    #expect(try training.train("--epochs", "3", "--quiet").status == 0)
    let before = try training.checkpoint()
    #expect(before.snapshot.history.count == 3)
    for _ in 0..<5 {
      _ = try interrupt(training, at: .writing, wholeRun: .milliseconds(200))
      #expect(try training.checkpoint().snapshot.history.count >= 3)
    }
  }

  @Test func `the same seed gives the same weights on any number of cores`() throws {
    let training = try SmallTraining()
    for (model, options) in [
      ("one", ["--threads", "1"]), ("two", ["--threads", "2"]), ("many", ["--threads", "7"]),
      ("other", ["--seed", "2"]),
    ] {
      let result = try training.run(training.arguments(["--epochs", "2", "--quiet"] + options, model: model))
      #expect(result.status == 0, "\(result.errors)")
    }
    let one = try training.weights(model: "one")
    #expect(try training.weights(model: "two") == one)
    #expect(try training.weights(model: "many") == one)
    #expect(try training.weights(model: "other") != one)
  }

  /// Only when it ends may change; anything else would be another run.
  @Test func `another run's checkpoint is refused`() throws {
    let training = try SmallTraining()
    #expect(try training.train("--epochs", "1", "--quiet").status == 0)
    let before = try training.folder.bytes(of: "model.checkpoint.safetensors")
    try training.train("--epochs", "1", "--quiet", "--resume", "--seed", "9").expectRefusal(
      1, "model.checkpoint.safetensors", "seed")
    try training.train("--epochs", "1", "--quiet", "--resume", "--batch", "8").expectRefusal(1, "batch")
    #expect(try training.folder.bytes(of: "model.checkpoint.safetensors") == before)
  }

  @Test func `a damaged checkpoint is refused`() throws {
    let training = try SmallTraining()
    #expect(try training.train("--epochs", "1", "--quiet").status == 0)
    let bytes = try #require(try training.folder.bytes(of: "model.checkpoint.safetensors"))
    try training.folder.write(Array(bytes.dropLast(100)), to: "model.checkpoint.safetensors")
    try training.train("--epochs", "2", "--quiet", "--resume").expectRefusal(
      1, "model.checkpoint.safetensors")
    #expect(try training.folder.bytes(of: "model.checkpoint.safetensors")?.count == bytes.count - 100)
  }
}
