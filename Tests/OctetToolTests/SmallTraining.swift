import Foundation
import OctetData
import OctetInterchange
import TestSupport
import Testing

/// A folder with a little data and a small network with every kind of state, in which the built tool trains.
struct SmallTraining {
  let folder: TemporaryFolder

  /// Dropout, augmentation, running means, optimizer slots, a falling rate and a best epoch: all must outlive a kill.
  static let network = """
    input 28x28x1
    conv 4 3x3 stride 2 no-bias
    batchnorm relu
    flatten
    dropout 0.2
    dense 16 relu
    dense 10 softmax
    schedule cosine
    batch 16
    validation-split 0.2
    early-stopping 100
    augment shift=2,rotate=8
    """

  init(images: Int = 300) throws {
    folder = try TemporaryFolder()
    try folder.write(Self.network, to: "small.network")
    try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: false)
    try write(SyntheticDigits.generate(count: images, seed: 5), part: "train")
    try write(SyntheticDigits.generate(count: 50, seed: 6), part: "t10k")
  }

  private func write(_ images: LabeledItems, part: String) throws {
    try folder.write(IDXFile.encode(images: images), to: "data/\(part)-images-idx3-ubyte")
    try folder.write(IDXFile.encode(labels: images), to: "data/\(part)-labels-idx1-ubyte")
  }

  /// No data set, cache or setting of the user who runs the tests.
  var environment: [String: String] {
    ["OCTET_MNIST": "", "OCTET_MNIST_MIRROR": "", "XDG_CACHE_HOME": "", "HOME": folder.path, "no_proxy": "*"]
  }

  /// `octet train` on the small network and data, the model going to `model`.
  func arguments(_ more: [String] = [], model: String = "model") -> [String] {
    [
      "train", "--network", folder.path("small.network"), "--data", folder.path("data"), "--out",
      folder.path("\(model).safetensors"),
    ] + more
  }

  func train(_ more: String..., model: String = "model", output: OctetProcess.Output = .captured) throws
    -> OctetProcess.Result
  {
    try run(arguments(more, model: model), output: output)
  }

  func run(_ arguments: [String], output: OctetProcess.Output = .captured) throws -> OctetProcess.Result {
    try OctetProcess.run(arguments, environment: environment, output: output)
  }

  /// The weights of a model as they lie in its file.
  func weights(model: String) throws -> [UInt8] {
    let bytes = try #require(try folder.bytes(of: "\(model).safetensors"))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(bytes[(8 + length)...])
  }

  func checkpoint(model: String = "model") throws -> Checkpoint {
    try CheckpointFile.load(path: folder.path("\(model).checkpoint.safetensors"))
  }

  /// What stands in the folder beside what the test put there.
  func written() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { !["data", "small.network"].contains($0) }
  }
}

extension OctetProcess.Result {
  /// Failed with `status`, one line on standard error that has all of `parts`, and nothing on standard output.
  func expectRefusal(
    _ status: Int32 = 1, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(self.status == status, "\(errors)", sourceLocation: sourceLocation)
    #expect(output.isEmpty, sourceLocation: sourceLocation)
    expectOneLine(parts, sourceLocation: sourceLocation)
  }

  func expectOneLine(_ parts: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(errors.hasPrefix("octet: "), "\(errors)", sourceLocation: sourceLocation)
    #expect(errors.hasSuffix("\n"), sourceLocation: sourceLocation)
    #expect(errors.filter { $0 == "\n" }.count == 1, "\(errors)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(errors.contains(part), "\"\(part)\" is not in: \(errors)", sourceLocation: sourceLocation)
    }
  }

  /// Standard output as JSON objects, one a line.
  func objects() throws -> [[String: Any]] {
    try output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}
