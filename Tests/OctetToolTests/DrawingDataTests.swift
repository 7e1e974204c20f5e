import Foundation
import OctetData
import OctetHost
import Testing

import TestSupport

/// `octet data drawings`.
@Suite struct DrawingDataTests {
  @Test func `the file trains a network, and is the same each time`() throws {
    let folder = try TemporaryFolder()
    let digits = SyntheticDigits.generate(count: 40, seed: 1)
    var archive = ZIPWriter()
    archive.add(NPYArray(shape: [40, 28, 28], element: .uint8, bytes: digits.pixels).file, name: "x.npy")
    archive.add(
      NPYArray(shape: [40], element: .uint8, bytes: digits.labels.map { UInt8($0) }).file, name: "y.npy")
    try folder.write(try #require(archive.file), to: "digits.npz")
    let words = ["data", "drawings", "--data", folder.path("digits.npz"), "--sketches", "100", "--json"]
    let made = try OctetProcess.run(words + ["--out", folder.path("a.npz"), "--threads", "1"])
    let object = try #require(try made.objects().first)
    // 36 images, two drawings of each, and sketches; the other four images, their drawings, and sketches.
    #expect(object["train"] as? Int == 36 * 3 + 100 && object["test"] as? Int == 4 * 2 + 10)
    let again = try OctetProcess.run(words + ["--out", folder.path("b.npz"), "--threads", "2"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try fileContents(folder.path("a.npz")) == fileContents(folder.path("b.npz")))
    let drawn = try OctetProcess.run(words + ["--out", folder.path("c.npz"), "--no-originals"])
    #expect(drawn.status == 0, "\(drawn.errors)")
    #expect(try fileContents(folder.path("c.npz")).count < fileContents(folder.path("b.npz")).count)
    try folder.write("input 28x28x1\nflatten\ndense 10 softmax\nepochs 1\n", to: "small.network")
    let trained = try OctetProcess.run(
      "train", "--network", folder.path("small.network"), "--data", folder.path("a.npz"), "--out",
      folder.path("m.safetensors"), "-q")
    #expect(trained.status == 0, "\(trained.errors)")
  }

  @Test func `what cannot be drawn is an error`() throws {
    let folder = try TemporaryFolder()
    try OctetProcess.run("data", "drawings").expectRefusal(2, "--out FILE.npz")
    try OctetProcess.run("data", "drawings", "--out", "x.npy").expectRefusal(2, "ends with .npz", "x.npy")
    try folder.write("0,1,2,3,4\n1,4,3,2,1\n", to: "small.csv")
    try OctetProcess.run(
      "data", "drawings", "--data", folder.path("small.csv"), "--out", folder.path("x.npz")
    ).expectRefusal(1, "no gray images of 28x28")
  }
}
