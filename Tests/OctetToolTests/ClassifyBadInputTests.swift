import Foundation
import Octet
import OctetImages
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `octet classify` does with files that are no pictures, and with models that take none.
@Suite struct ClassifyBadInputTests {
  /// Each bad file between good ones: its own error, all others done, and no wait for the pipe's writer, which had no
  /// end.
  @Test(.timeLimit(.minutes(5))) func `bad files do not stop the others`() throws {
    let sample = try ClassifySample(digits: 3)
    let good = sample.png(0)
    var wrongSum = good
    wrongSum[good.count - 1] ^= 1
    let header = Array(good[..<16])
    let size: ([UInt8]) -> [UInt8] = { header + $0 + Array(good[24...]) }
    let blank = ClassifySample.png([UInt8](repeating: 9, count: 784), width: 28)
    let bad: [(name: String, bytes: [UInt8], error: String)] = [
      ("text.png", Array("no picture".utf8), "is not a PNG file"),
      ("empty.png", [], "is empty"),
      ("half.png", Array(good[..<400]), "ends too early, after 400 bytes"),
      ("sum.png", wrongSum, "CRC error"),
      (
        "huge.png", size([0x80, 0, 0, 0, 0x80, 0, 0, 0]),
        "is 2147483648 x 2147483648 pixels, and the limit is 4096 x 4096"
      ),
      ("most.png", size([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1]), "is 4294967295 x 1 pixels"),
      ("zero.png", size([0, 0, 0, 0, 0, 0, 0, 28]), "claims 0 x 28 pixels"),
      ("blank.png", blank, "no ink found"),
    ]
    for file in bad { try sample.folder.write(file.bytes, to: file.name) }
    try FileManager.default.createDirectory(
      atPath: sample.folder.path("folder.png"), withIntermediateDirectories: false)
    #expect(mkfifo(sample.folder.path("pipe.png"), 0o600) == 0)
    let others = [
      ("pipe.png", "is a pipe, socket or device"), ("missing.png", "No such file or directory"),
      ("folder.png", "is a folder"), (String(repeating: "n", count: 400), "File name too long"),
    ]
    var expected: [(path: String, error: String?)] = []
    for (name, error) in bad.map({ ($0.name, $0.error) }) + others {
      expected.append((sample.folder.path(name), error))
      expected.append((sample.path(expected.count % 3), nil))
    }
    let input = expected.map(\.path).joined(separator: "\n")
    let result = try sample.classify(["--json", "-"], input: input)
    #expect(result.status == 1)
    #expect(result.errors == "octet: 12 of 24 files could not be classified\n")
    let objects = try result.objects()
    #expect(objects.count == expected.count)
    for (object, file) in zip(objects, expected) {
      #expect(object["file"] as? String == file.path)
      if let error = file.error {
        #expect((object["error"] as? String)?.contains(error) == true, "\(object)")
        #expect(object.count == 2)
      } else {
        #expect(object["class"] != nil)
      }
    }
    // Named, not listed: the same words, but the folder is looked through.
    let named = try sample.classify(expected.map(\.path))
    #expect(named.status == 1)
    #expect(named.output.split(separator: "\n").count == 12)
    let lines = named.errors.split(separator: "\n")
    #expect(lines.count == 12)
    #expect(lines.last == "octet: 11 of 23 files could not be classified")
    for (line, file) in zip(lines, expected.filter({ $0.error != nil && !$0.path.hasSuffix("folder.png") })) {
      #expect(line.hasPrefix("octet: \(file.path): ") && line.contains(file.error ?? "?"), "\(line)")
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `an unreadable file`() throws {
    let sample = try ClassifySample(digits: 1)
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: sample.path(0))
    let result = try sample.classify([sample.path(0)])
    #expect(result.status == 1)
    #expect(
      result.errors.contains("cannot be opened (Permission denied); check the path and its permissions"))
  }

  @Test func `a file cut at every length`() throws {
    let sample = try ClassifySample(digits: 1)
    let good = sample.png(0)
    for length in 0..<good.count { try sample.folder.write(Array(good[..<length]), to: "cut-\(length).png") }
    let paths = (0..<good.count).map { sample.folder.path("cut-\($0).png") }
    let result = try sample.classify(["--json"] + paths)
    #expect(result.status == 1)
    let objects = try result.objects()
    #expect(objects.count == good.count && objects.allSatisfy { $0["error"] != nil })
  }

  @Test func `empty folders`() throws {
    let sample = try ClassifySample(digits: 1)
    try FileManager.default.createDirectory(
      atPath: sample.folder.path("empty"), withIntermediateDirectories: false)
    try sample.classify([sample.folder.path("empty")]).expectRefusal(1, "holds no pictures")
  }

  @Test func `another size of picture is refused only when asked for`() throws {
    let sample = try ClassifySample(digits: 1)
    var page = [UInt8](repeating: 255, count: 60 * 60)
    for row in 10..<50 { for column in 28..<33 { page[row * 60 + column] = 0 } }
    try sample.folder.write(ClassifySample.png(page, width: 60), to: "page.png")
    let path = sample.folder.path("page.png")
    #expect(try sample.classify([path]).status == 0)
    let refused = try sample.classify(["--fit", "exact", path])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("is 60 x 60 pixels, and the model needs 28 x 28"))
  }

  /// Random models take pictures of 1 to 16 pixels a side and 1 to 3 channels.
  @Test func `models of other shapes`() throws {
    let sample = try ClassifySample(digits: 1)
    var gray = 0
    var colored = 0
    var others = 0
    for seed in 0..<40 {
      let random = RandomModel(seed: UInt64(seed))
      let shape = random.model.tensors[0].shape
      try sample.folder.write(random.bytes, to: "random.octet")
      let noise = (0..<shape.height * shape.width).map { UInt8($0 * 37 & 255) }
      try sample.folder.write(ClassifySample.png(noise, width: shape.width), to: "noise.png")
      let result = try OctetProcess.run(
        "classify", sample.folder.path("random.octet"), "--json", sample.path(0),
        sample.folder.path("noise.png"))
      if random.model.inputKind == .features {
        others += 1
        let words = try result.objects().map { $0["error"] as? String ?? "" }
        #expect(words.count == 2 && words.allSatisfy { $0.contains("takes features") }, "\(result.output)")
      } else if shape.channels == 1 {
        gray += 1
        let objects = try result.objects()
        #expect(objects.count == 2)
        let isAnswered = objects[0]["logits"] != nil || objects[0]["numbers"] != nil
        #expect(isAnswered, "a digit fits any size: \(result.output)")
        if shape.height * shape.width > 1 { #expect(objects[1]["fit"] as? String == "exact") }
      } else {
        colored += 1
        let taken = "\(shape.width) x \(shape.height) pixels of \(shape.channels) channels"
        let objects = try result.objects()
        #expect(objects.count == 2 && objects.allSatisfy { ($0["error"] as? String ?? "").contains(taken) })
        try OctetProcess.run("classify", sample.folder.path("random.octet"), "--fit=digit", sample.path(0))
          .expectRefusal(1, "random.octet", taken)
      }
    }
    #expect(gray > 1 && colored > 1 && others > 1)
  }

  @Test func `models that are none`() throws {
    let sample = try ClassifySample(digits: 1)
    try sample.folder.write("", to: "empty.octet")
    let whole = Array(try Data(contentsOf: URL(filePath: ClassifySample.model)))
    try sample.folder.write(Array(whole[..<5000]), to: "cut.octet")
    var flipped = whole
    flipped[9000] ^= 4
    try sample.folder.write(flipped, to: "flipped.octet")
    for (name, part) in [
      ("empty.octet", "shorter than a header"), ("cut.octet", "length in the header"),
      ("flipped.octet", "check sum"), ("missing.octet", "No such file"), ("digits", "is a folder"),
      (sample.name(0), "is a PNG picture"),
    ] {
      try OctetProcess.run("classify", sample.folder.path(name), sample.path(0)).expectRefusal(1, part)
    }
  }

  @Test(arguments: [
    ([], ["MODEL is missing"]), (["m.octet"], ["PATH is missing"]), (["m.octet", ""], ["PATH is empty"]),
    (["--json", "--csv", "m.octet", "a.png"], ["--json and --csv cannot be combined"]),
    (["--fit", "digits", "m.octet", "a.png"], ["--fit", "did you mean 'digit'?"]),
    (["--labels", "m.octet", "a.png"], ["--labels", "names, folders"]),
    (["--threads", "0", "m.octet", "a.png"], ["--threads"]),
  ])
  func `wrong usage`(arguments: [String], parts: [String]) throws {
    let result = try OctetProcess.run(["classify"] + arguments)
    result.expectRefusal(2, "octet classify --help")
    result.expectOneLine(parts)
  }
}
