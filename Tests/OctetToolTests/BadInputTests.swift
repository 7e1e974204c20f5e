import Foundation
import OctetText
import TestSupport
import Testing

/// What `octet train` refuses: one line that says what and where, nothing printed, nothing written.
@Suite struct BadInputTests {
  @Test(arguments: [
    (["--recipe", "cnn-dep"], ["cnn-dep", "did you mean 'cnn-deep'?"]),
    (["--recipe", "binary-dense", "--epcohs", "3"], ["--epcohs", "did you mean --epochs?"]),
    (["--recipe", "binary-dense", "--optimizer", "adm"], ["'adm'", "did you mean 'adam'?"]),
    (["--recipe", "binary-dense", "--loss", "hing"], ["did you mean 'hinge'?"]),
    (["--recipe", "binary-dense", "--epochs", "0"], ["--epochs \"0\"", "a whole number from 1"]),
    (["--recipe", "binary-dense", "--epochs", "many"], ["--epochs \"many\""]),
    (["--recipe", "binary-dense", "--batch", "-5"], ["--batch"]),
    (["--recipe", "binary-dense", "--learning-rate", "nan"], ["--learning-rate \"nan\""]),
    (
      ["--recipe", "binary-dense", "--validation-split", "1"], ["--validation-split \"1\"", "from 0 to 0.9"]
    ),
    (["--recipe", "binary-dense", "--seed", "-1"], ["--seed"]),
    (["--recipe", "binary-dense", "--augment", "spin=3"], ["--augment \"spin=3\"", "rotate=DEGREES"]),
    (["--recipe", "binary-dense", "--digits", "1"], ["--digits \"1\"", "two or more"]),
    (["--recipe", "binary-dense", "--momentum", "0.9"], ["--momentum", "sgd"]),
    (["--recipe", "binary-dense", "--threads", "0"], ["--threads"]),
    (["--recipe", "binary-dense", "--network", "x"], ["--recipe and --network"]),
    (["--recipe", "binary-metrics", "--validation-split", "0"], ["binary-metrics", "validation"]),
    ([], ["--recipe", "cnn-two-pool", "--network FILE"]),
    (["binary-dense"], ["binary-dense"]),
  ])
  func `wrong usage`(arguments: [String], parts: [String]) throws {
    let folder = try TemporaryFolder()
    let result = try OctetProcess.run(
      ["train", "--out", folder.path("model.safetensors")] + arguments, environment: ["HOME": folder.path])
    result.expectRefusal(2, "octet train --help")
    result.expectOneLine(parts)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test(arguments: [
    ("input 28x28x1\nconv 8 3x3\ndense 10 softmax", ["line 3", "dense-1", "26x26x8", "flatten"]),
    ("input 5x5x1\nconv 8 7x7\nflatten\ndense 10", ["line 2", "conv-1", "5x5x1"]),
    ("input 28x28x1\na = conv 8 3x3\nconv 4 3x3\nadd a\nflatten\ndense 10", ["line 4", "add-1"]),
    ("input 784\ndens 10", ["line 2", "\"dens\""]),
    ("input 784\ndense", ["line 2"]),
    ("input 784\ndense 10 softmax\nepochs 0", ["line 3", "epochs"]),
    ("dense 10", ["input"]),
    ("", ["input"]),
  ])
  func `a network that cannot be`(text: String, parts: [String]) throws {
    let training = try SmallTraining(images: 20)
    try training.folder.write(text, to: "small.network")
    let result = try training.train()
    result.expectRefusal(1)
    result.expectOneLine(parts)
    #expect(try training.written() == [])
  }

  @Test(arguments: [
    ("input 784\ndense 3 softmax", ["3 outputs", "10 classes"]),
    ("input 100\ndense 10 softmax", ["28x28x1", "100"]),
    ("input 784\ndense 10 relu\nloss sparse-categorical-crossentropy", ["relu", "softmax"]),
  ])
  func `a network that does not fit the data`(text: String, parts: [String]) throws {
    let training = try SmallTraining(images: 20)
    try training.folder.write(text, to: "small.network")
    let result = try training.train("--quiet")
    result.expectRefusal(1)
    result.expectOneLine(parts)
    #expect(try training.written() == [])
  }

  @Test func `a network file that is not there`() throws {
    let training = try SmallTraining(images: 20)
    try training.run(["train", "--network", training.folder.path("none.network")]).expectRefusal(
      1, "none.network", "No such file")
  }

  /// Changes one of the four files, and expects a line that names it.
  private func refuseData(
    _ name: String, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout [UInt8]) -> Void
  ) throws {
    let training = try SmallTraining(images: 20)
    var bytes = try #require(try training.folder.bytes(of: "data/\(name)"))
    change(&bytes)
    try training.folder.write(bytes, to: "data/\(name)")
    let result = try training.train()
    result.expectRefusal(1, name, sourceLocation: sourceLocation)
    result.expectOneLine(parts, sourceLocation: sourceLocation)
    #expect(try training.written() == [], sourceLocation: sourceLocation)
  }

  @Test func `broken IDX files`() throws {
    try refuseData("train-images-idx3-ubyte", "magic") { $0[3] = 7 }
    try refuseData("train-images-idx3-ubyte", "magic") { $0[0] = 80 }
    try refuseData("train-images-idx3-ubyte", "ends after", "header promises") { $0.removeLast() }
    try refuseData("train-images-idx3-ubyte", "1 bytes more than") { $0.append(0) }
    try refuseData("t10k-images-idx3-ubyte") { $0 = [] }
    try refuseData("t10k-labels-idx1-ubyte", "has 50 images", "49 labels") {
      $0[7] = 49
      $0.removeLast()
    }
    try refuseData("train-labels-idx1-ubyte", "label 4 is 10", "0 to 9") { $0[8 + 4] = 10 }
    // Gzip's first bytes, and nothing that can be unpacked.
    try refuseData("train-labels-idx1-ubyte") { $0 = [0x1F, 0x8B, 8, 0, 1, 2, 3] }
  }

  @Test func `a data folder that lacks a file`() throws {
    let training = try SmallTraining(images: 20)
    try FileManager.default.removeItem(atPath: training.folder.path("data/t10k-labels-idx1-ubyte"))
    try training.train().expectRefusal(1, "lacks t10k-labels-idx1-ubyte", "octet data fetch mnist")
    var environment = training.environment
    environment["OCTET_MNIST"] = training.folder.path("data")
    try OctetProcess.run(
      ["train", "--recipe", "dense-dropout", "--out", training.folder.path("model.safetensors")],
      environment: environment
    ).expectRefusal(1, "lacks t10k-labels-idx1-ubyte")
  }

  @Test(arguments: [
    ("3,1,2,3,4\n5,1,2,3\n", ["line 2"]),
    ("3,1,2,3,4\n5,1,2,3,4,5\n", ["line 2"]),
    ("label,a,b,c,d\n3,1,2,3,4\n5,1,x,3,4\n", ["line 3", "x"]),
    ("3,1,2,3,4\n999,1,2,3,4\n", ["line 2", "999"]),
    ("3,1,2,3,4\n5,,2,3,4\n", ["line 2"]),
    ("3,1,2,3\n", ["line 1", "square"]),
    ("", []),
    ("label,a,b,c,d\n", []),
  ])
  func `broken tables`(text: String, parts: [String]) throws {
    let training = try SmallTraining(images: 20)
    try training.folder.write(text, to: "table.csv")
    try training.folder.write("input 4\ndense 2\n", to: "small.network")
    let result = try training.run([
      "train", "--network", training.folder.path("small.network"), "--data",
      training.folder.path("table.csv"), "--out",
      training.folder.path("model.safetensors"),
    ])
    result.expectRefusal(1, "table.csv")
    result.expectOneLine(parts)
    #expect(try training.written() == ["table.csv"])
  }

  @Test func `data that is not there`() throws {
    let training = try SmallTraining(images: 20)
    try training.run(["train", "--recipe", "binary-dense", "--data", training.folder.path("nowhere")])
      .expectRefusal(1, "nowhere", "No such file or directory")
    try training.run([
      "train", "--recipe", "binary-dense", "--data", training.folder.path("data"), "--digits", "0,11",
    ]).expectRefusal(1, "11")
  }
}
