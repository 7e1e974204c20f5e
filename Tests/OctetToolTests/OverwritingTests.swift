import Foundation
import OctetText
import TestSupport
import Testing

/// No command writes onto what it reads, by whatever name that is called, and none writes one file twice.
@Suite struct OverwritingTests {
  /// A folder with one of everything that commands read:
  ///
  ///     m.octet m.safetensors    models; also as linked.*, by a symbolic link, and as hard.*, by a hard one
  ///     digits/3-00000.png …     pictures; one is also away.png, by a hard link
  ///     classes/0/a.png …        a folder for each class
  ///     t.csv n.network          a table, a network
  ///     idx/train-images-idx3-ubyte
  private final class Place {
    let sample: ClassifySample
    let names: [String]

    init() throws {
      sample = try ClassifySample(digits: 2)
      let folder = sample.folder
      let float = ClassifySample.model.replacingOccurrences(of: ".octet", with: ".safetensors")
      for (from, name) in [(ClassifySample.model, "m.octet"), (float, "m.safetensors")] {
        try FileManager.default.copyItem(atPath: from, toPath: folder.path(name))
        let end = name.dropFirst(1)
        try FileManager.default.createSymbolicLink(
          atPath: folder.path("linked\(end)"), withDestinationPath: name)
        try FileManager.default.linkItem(atPath: folder.path(name), toPath: folder.path("hard\(end)"))
      }
      for name in ["classes/0", "classes/1", "idx"] {
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
      }
      for name in ["classes/0/a.png", "classes/1/b.png"] { try folder.write(sample.png(0), to: name) }
      try FileManager.default.linkItem(atPath: sample.path(0), toPath: folder.path("away.png"))
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("way"), withDestinationPath: folder.path)
      try folder.write("0,1,2,3,4\n1,4,3,2,1\n", to: "t.csv")
      try folder.write("input 4\ndense 2\n", to: "n.network")
      try folder.write("images", to: "idx/train-images-idx3-ubyte")
      names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    }

    /// Runs in the folder.
    func run(_ words: [String], input: String = "", environment: [String: String] = [:]) throws
      -> OctetProcess.Result
    {
      let program = try BuiltProducts.path(of: "octet")
      return try OctetProcess.run(
        ["-c", "cd \"$0\" && exec \"$@\"", sample.folder.path, program] + words, executable: "/bin/sh",
        environment: ["HOME": sample.folder.path].merging(environment) { $1 }, input: input)
    }

    /// Every file with what is in it.
    func contents() throws -> [String: [UInt8]] {
      var contents: [String: [UInt8]] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: sample.folder.path) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: sample.folder.path(name), isDirectory: &isFolder),
          !isFolder.boolValue
        {
          contents[name] = try sample.folder.bytes(of: name)
        }
      }
      return contents
    }
  }

  @Test(arguments: [
    "quantize m.safetensors --out m.safetensors", "quantize m.safetensors --out ./way/m.safetensors",
    "quantize m.safetensors --out linked.safetensors", "quantize m.safetensors --out hard.safetensors",
    "quantize linked.safetensors --out m.safetensors", "quantize m.safetensors --report m.safetensors",
    "quantize m.safetensors --data t.csv --out t.csv",
    "quantize m.safetensors --data classes --out classes/1/b.png",
    "export m.octet --c-source m.octet", "export m.octet --c-array hard.octet",
    "export m.octet --onnx-qdq linked.octet",
    "export m.safetensors --onnx m.safetensors", "report m.octet --out m.octet",
    "report m.octet --against m.safetensors --out hard.safetensors",
    "report m.octet --data t.csv --out t.csv",
    "evaluate m.octet --report m.octet", "evaluate m.octet --against m.safetensors --report m.safetensors",
    "evaluate m.octet --data classes --report way/classes/0/a.png",
    "classify m.octet digits --report m.octet",
    "classify m.octet away.png --report away.png", "classify m.octet digits --report away.png",
    "classify m.octet way/digits --report digits/3-00001.png", "classify m.octet digits --save-input digits",
    "classify m.octet away.png --save-input .", "classify m.octet way --save-input digits",
    "classify m.octet . --save-input new", "classify m.octet . --save-input new/in/new",
    "data show --data t.csv --report t.csv", "data show --data classes --report classes/0/a.png",
    "train --network n.network --out n.network", "train --network n.network --data t.csv --out t.csv",
    "train --network n.network --data t.csv --report n.network",
    "train --recipe binary-dense --data idx --out idx/train-images-idx3-ubyte",
  ])
  func `inputs stay`(line: String) throws {
    let place = try Place()
    // The first picture whose name the line has may be of another digit.
    let line = line.replacingOccurrences(of: "digits/3-00001.png", with: place.sample.name(0))
    let before = try place.contents()
    let result = try place.run(line.split(separator: " ").map(String.init))
    result.expectRefusal(2, "which is read: name another")
    #expect(try place.contents() == before)
  }

  @Test(arguments: [
    "export m.octet --c-source z.c --c-array z.c", "export m.octet --c-source z.c --onnx-qdq way/./z.c",
    "export m.octet --c-source a.c --c-array b.c", "quantize m.safetensors --out x.octet --report x.octet",
    "train --network n.network --data t.csv --out x.safetensors --report x.checkpoint.safetensors",
    "report m.octet --out pages/loss.svg --svg pages",
    "classify m.octet digits --report in/000001.png --save-input in",
  ])
  func `outputs are not written twice`(line: String) throws {
    let place = try Place()
    for name in ["pages", "in"] {
      try FileManager.default.createDirectory(
        atPath: place.sample.folder.path(name), withIntermediateDirectories: false)
    }
    try place.sample.folder.write("one", to: "a.c")
    try FileManager.default.linkItem(
      atPath: place.sample.folder.path("a.c"), toPath: place.sample.folder.path("b.c"))
    let before = try place.contents()
    try place.run(line.split(separator: " ").map(String.init)).expectRefusal(2, "would write the same file")
    #expect(try place.contents() == before)
  }

  /// What no option names.
  @Test func `defaults and the environment count`() throws {
    let place = try Place()
    let before = try place.contents()
    let idx = ["OCTET_MNIST": place.sample.folder.path("idx")]
    try place.run(
      ["train", "--recipe", "binary-dense", "--out", "idx/train-images-idx3-ubyte"], environment: idx
    ).expectRefusal(2, "which is read")
    try place.run(["quantize", "m.safetensors", "--report", "m.octet"]).expectRefusal(
      2, "--report and the model would write the same file, m.octet")
    #expect(try place.contents() == before)
  }

  /// Only when its turn comes can a picture from standard input be compared.
  @Test func `pictures from standard input count`() throws {
    let place = try Place()
    let before = try place.contents()
    let input = "\(place.sample.name(1))\n\(place.sample.name(0))\n"
    let page = try place.run(["classify", "m.octet", "-", "--report", "away.png"], input: input)
    #expect(page.status == 1)
    #expect(
      page.errors.contains("--report away.png would overwrite \(place.sample.name(0)), which is read"),
      "\(page.errors)")
    // What had its turn before is answered.
    #expect(page.output.contains(place.sample.name(1)))
    let saved = try place.run(["classify", "m.octet", "-", "--save-input", "digits"], input: input)
    #expect(saved.status == 1)
    #expect(saved.errors.contains("would write beside"))
    #expect(try place.contents() == before)
  }

  @Test func `what is not read may be replaced`() throws {
    let place = try Place()
    for line in [
      "export m.octet --c-source z.c --c-array a.c",
      "export m.octet --c-source /dev/null --c-array /dev/null",
      "classify m.octet . --report page.html",
      "classify m.octet digits --save-input seen --report digits/page.html",
      "classify m.octet digits/../away.png --report new.html",
    ] {
      for _ in 0..<2 {
        let result = try place.run(line.split(separator: " ").map(String.init))
        #expect(result.status == 0 && result.errorsBesideWarnings.isEmpty, "\(line): \(result.errors)")
      }
    }
  }
}
