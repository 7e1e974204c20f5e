import Foundation
import OctetData
import TestSupport
import Testing

/// `octet data fetch mnist` from a server on the loopback interface.
@Suite(
  .enabled(
    if: LoopbackServer.python != nil && LoopbackServer.curlFolder != nil,
    "python3 or curl is missing: downloading is not tested"))
struct DataFetchTests {
  /// The real files, if this machine has them packed: only they have the right contents.
  private static let mnist: String? = ProcessInfo.processInfo.environment["OCTET_MNIST"].flatMap { folder in
    MNISTFile.all.allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0.name).gz") }
      ? folder : nil
  }

  private let training: SmallTraining
  private let server: LoopbackServer

  init() throws {
    training = try SmallTraining(images: 20)
    let served = training.folder.path("served")
    try FileManager.default.createDirectory(atPath: served, withIntermediateDirectories: false)
    server = try LoopbackServer(serving: training.folder.path)
  }

  private func fetch(_ manners: String, _ more: String...) throws -> OctetProcess.Result {
    try training.run(["data", "fetch", "mnist", "--mirror", server.address + manners] + more)
  }

  @Test func `contents that are not MNIST are not kept`() throws {
    // A good gzip file, with the wrong thing in it.
    for file in MNISTFile.all {
      try training.folder.write(
        [31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 75, 4, 0, 67, 190, 183, 232, 1, 0, 0, 0],
        to: "served/\(file.name).gz")
    }
    let result = try fetch("range", "--out", training.folder.path("here"))
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    let last = try #require(result.errors.split(separator: "\n").last)
    #expect(last.hasPrefix("octet: "))
    #expect(last.contains("SHA-256"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: training.folder.path("here")) == [])
  }

  @Test func `a mirror without the files`() throws {
    let result = try fetch("missing", "--out", training.folder.path("here"))
    #expect(result.status == 1)
    #expect(result.errors.contains("404"))
    #expect(result.errors.contains("try another mirror"))
  }

  @Test func `wrong usage`() throws {
    try training.run(["data", "fetch", "mnits"]).expectRefusal(2, "did you mean 'mnist'?")
    try training.run(["data", "fetch", "mnist", "--mirror", "file:///etc"]).expectRefusal(
      1, "is not an http:// or https:// address")
  }

  @Test(.enabled(if: mnist != nil, "needs the packed files of MNIST in OCTET_MNIST"))
  func `the real files arrive and are used`() throws {
    let source = try #require(Self.mnist)
    for file in MNISTFile.all {
      try FileManager.default.createSymbolicLink(
        atPath: training.folder.path("served/\(file.name).gz"),
        withDestinationPath: "\(source)/\(file.name).gz")
    }
    let cache = training.folder.path(".cache/octet/mnist")
    // The first file is half there, from an earlier try.
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    let first = try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(MNISTFile.all[0].name).gz"))
    try training.folder.write(
      Array(first.prefix(first.count / 2)), to: ".cache/octet/mnist/\(MNISTFile.all[0].name).gz.part")
    let result = try fetch("range")
    #expect(result.status == 0, "\(result.errors)")
    #expect(server.requests.first?.hasSuffix("bytes=\(first.count / 2)-") == true)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: cache).sorted()
        == MNISTFile.all.map { $0.name + ".gz" }.sorted())

    let trained = try training.run([
      "train", "--recipe", "dense-dropout", "--epochs", "1", "--images", "1000", "--out",
      training.folder.path("model.safetensors"),
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
      trained.output.hasPrefix(
        "Data: MNIST, 60,000 training and 10,000 test images, from the cache (\(cache))"))

    let again = try fetch("missing")
    #expect(again.status == 0)
    #expect(again.errors.split(separator: "\n").allSatisfy { $0.hasSuffix(": already there") })
  }
}
