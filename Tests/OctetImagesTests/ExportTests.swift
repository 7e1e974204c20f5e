import Foundation
import OctetImages
import OctetText
import TestSupport
import Testing

/// `octet data export-png`, and training on what it wrote.
@Suite struct ExportTests {
  /// Two images of each of three classes; every image differs.
  private static let table =
    (0..<6).map { index in
      (["7", "12", "3"][index % 3], (0..<9).map { "\(index * 20 + $0 * 2)" })
    }
    .map { "\($0.0)," + $0.1.joined(separator: ",") + "\n" }.joined()

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "table.csv")
    return folder
  }

  private func export(_ folder: TemporaryFolder, _ arguments: String...) throws -> OctetProcess.Result {
    try OctetProcess.run(
      ["data", "export-png", "--data", folder.path("table.csv")] + arguments)
  }

  private func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  @Test func `writes the first images with their labels`() throws {
    let folder = try folder()
    let result = try export(folder, "--count", "5", "--out", folder.path("out/png"), "--json")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("{\"folder\":"))
    #expect(result.output.contains("\"files\":5,\"set\":\"train\",\"width\":3,\"height\":3"))
    #expect(
      try names(folder.path("out/png")) == [
        "00000-label-7.png", "00001-label-12.png", "00002-label-3.png", "00003-label-7.png",
        "00004-label-12.png",
      ])
    var reader = PNGReader()
    for index in 0..<5 {
      var picture = GrayPicture()
      let name = try names(folder.path("out/png"))[index]
      try reader.read(path: folder.path("out/png/\(name)"), into: &picture)
      let expected = (0..<9).map { UInt8(index * 20 + $0 * 2) }
      #expect(picture == GrayPicture(width: 3, height: 3, pixels: expected))
    }
    #expect(try names(folder.path("out")) == ["png"])
  }

  @Test func `same data gives the same bytes`() throws {
    let folder = try folder()
    #expect(try export(folder, "--out", folder.path("a")).status == 0)
    #expect(try export(folder, "--out", folder.path("b")).status == 0)
    for name in try names(folder.path("a")) {
      #expect(try folder.bytes(of: "a/\(name)") == folder.bytes(of: "b/\(name)"))
    }
  }

  @Test func `training reads class folders`() throws {
    let folder = try TemporaryFolder()
    let environment = ["OCTET_MNIST": "", "XDG_CACHE_HOME": folder.path("cache")]
    let exported = try OctetProcess.run(
      "data", "export-png", "--set", "train", "--count", "60", "--folders", "--out", folder.path("digits"),
      environment: environment)
    #expect(exported.status == 0)
    #expect(try names(folder.path("digits")) == (0..<10).map { "\($0)" })
    // One digit as people scan it, dark on light.
    let name = "4/" + (try names(folder.path("digits/4"))[0])
    var reader = PNGReader()
    var picture = GrayPicture()
    try reader.read(path: folder.path("digits/" + name), into: &picture)
    let inverted = picture.pixels.map { 255 - $0 }
    try folder.write(
      PNGWriter.encode(width: 28, height: 28, pixels: inverted.span), to: "digits/" + name)
    let trained = try OctetProcess.run(
      "train", "--recipe", "dense-dropout", "--epochs", "1", "--data", folder.path("digits"), "--out",
      folder.path("model.safetensors"))
    #expect(trained.status == 0)
    #expect(
      trained.output.contains(
        """
        Class folders, 60 images of 10 classes, from \(folder.path("digits")) (1 picture has dark ink on \
        light paper and was inverted)
        """), "\(trained.output)")
    try folder.write([1, 2, 3], to: "digits/4/bad.png")
    let refused = try OctetProcess.run(
      "train", "--recipe", "dense-dropout", "--data", folder.path("digits"), "--out", folder.path("x"))
    #expect(refused.status == 1)
    #expect(
      refused.errors == "octet: \(folder.path("digits/4/bad.png")): is not a PNG file; convert it to PNG\n")
  }

  @Test func `nothing is written over`() throws {
    let folder = try folder()
    try folder.write("mine", to: "file")
    #expect(try export(folder, "--out", folder.path("png")).status == 0)
    for (out, message) in [
      ("png", "is not empty"), ("file", "is not a folder"), ("file/x", "is not a folder"),
    ] {
      let result = try export(folder, "--count", "1", "--out", folder.path(out))
      #expect(result.status == 1)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    #expect(try names(folder.path("png")).count == 6)
    #expect(try folder.contents(of: "file") == "mine")
    // An empty folder is as good as none.
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    #expect(try export(folder, "--out", folder.path("empty")).status == 0)
    #expect(try names(folder.path("empty")).count == 6)
  }

  @Test func `failure leaves nothing`() throws {
    let folder = try folder()
    let tool = try BuiltProducts.path(of: "octet")
    // No file may grow past nothing, as on a full disk.
    let result = try OctetProcess.run(
      "-c", "trap '' XFSZ; ulimit -f 0; exec 2>&1; \"$0\" data export-png --data \"$1\" --out \"$2\" | cat",
      tool,
      folder.path("table.csv"), folder.path("png"), executable: "/bin/sh", output: .path("/dev/null"))
    #expect(result.status == 0)
    #expect(try names(folder.path) == ["table.csv"])
    // What a killed export leaves goes with the next one to the same place.
    try FileManager.default.createDirectory(
      atPath: folder.path(".png.123.tmp/7"), withIntermediateDirectories: true)
    #expect(try export(folder, "--out", folder.path("png")).status == 0)
    #expect(try names(folder.path) == ["png", "table.csv"])
  }

  @Test func `wrong usage`() throws {
    let folder = try folder()
    let missing = try export(folder)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("name the folder to make: --out FOLDER"))
    #expect(try export(folder, "--out", folder.path("x"), "--count", "0").status == 2)
    let many = try export(folder, "--out", folder.path("x"), "--count", "7")
    #expect(many.status == 1)
    #expect(many.errors.contains("--count 7: is more than the 6 train images"))
    let absent = try export(folder, "--out", folder.path("x"), "--set", "test")
    #expect(absent.errors.contains("--set test: is not in the data"))
    #expect(try names(folder.path) == ["table.csv"])
  }
}
