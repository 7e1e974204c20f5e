import Foundation
import OctetImages
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `octet classify` prints.
@Suite struct ClassifyOutputTests {
  @Test func `objects say what the runtime says`() throws {
    let sample = try ClassifySample()
    let result = try sample.classify(["--json"] + sample.paths)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let objects = try result.objects()
    #expect(objects.count == 40)
    for (index, object) in objects.enumerated() {
      let answer = try ClassifySample.answer(sample.pixels(index))
      #expect(object["file"] as? String == sample.path(index))
      #expect(object["class"] as? String == "\(answer.index)")
      #expect(object["logits"] as? [Int] == answer.logits)
      let shares = try #require(object["probabilities"] as? [Double])
      #expect(shares.map { ($0 * 65_536).rounded() } == answer.probabilities.map(Double.init))
      #expect(object["probability"] as? Double == shares[answer.index])
      #expect(object["fit"] as? String == "exact")
      #expect(object["inverted"] as? Bool == false)
      #expect(
        Set(object.keys) == ["file", "class", "probability", "probabilities", "logits", "fit", "inverted"])
    }
  }

  /// Pictures that are taken as they are go into the model row by row as they are read, unless their pixels are kept.
  @Test func `rows that go straight into the model give the same answers`() throws {
    let sample = try ClassifySample(digits: 12)
    let whole = sample.png(3)
    try sample.folder.write(Array(whole[..<(whole.count / 2)]), to: "digits/half.png")
    try sample.folder.write(
      ClassifySample.png([UInt8](repeating: 9, count: 29 * 28), width: 29), to: "digits/wide.png")
    var files = sample.paths
    files.insert(sample.folder.path("digits/half.png"), at: 4)
    files.insert(sample.folder.path("digits/wide.png"), at: 7)
    let arguments = ["--json", "--threads", "1", "--fit", "exact", "--invert", "no"]
    let direct = try sample.classify(arguments + files)
    let kept = try sample.classify(arguments + ["--save-input", sample.folder.path("saved")] + files)
    #expect(direct.status == 1 && kept.status == 1)
    #expect(direct.output == kept.output)
    let objects = try direct.objects()
    try #require(objects.count == files.count)
    #expect(objects[4]["error"] != nil && objects[7]["error"] != nil)
    for index in 0..<4 {
      #expect(objects[index]["logits"] as? [Int] == (try ClassifySample.answer(sample.pixels(index)).logits))
    }
  }

  /// Large and small files, so that threads finish out of order.
  @Test(arguments: [1, 2, 7, 64])
  func `the order is that of the files whatever the threads`(threads: Int) throws {
    let sample = try ClassifySample(digits: 8)
    var page = [UInt8](repeating: 255, count: 900 * 900)
    for row in 200..<700 { for column in 440..<452 { page[row * 900 + column] = 0 } }
    try sample.folder.write(ClassifySample.png(page, width: 900), to: "page.png")
    let files = (0..<600).map { $0.isMultiple(of: 97) ? sample.folder.path("page.png") : sample.path($0 % 8) }
    let result = try sample.classify(["--json", "--threads", "\(threads)"] + files)
    #expect(result.status == 0)
    #expect(try result.objects().map { $0["file"] as? String } == files)
    let alone = try sample.classify(["--json", "--threads", "1"] + files)
    #expect(result.output == alone.output)
  }

  @Test func `lines have class, probability, runner-up and file`() throws {
    let sample = try ClassifySample(digits: 10)
    let result = try sample.classify(sample.paths)
    #expect(result.status == 0 && result.errors.isEmpty)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 10)
    for (index, line) in lines.enumerated() {
      let words = line.split(separator: " ").map(String.init)
      let answer = try ClassifySample.answer(sample.pixels(index))
      let runnerUp = try #require(
        answer.logits.indices.filter { $0 != answer.index }.max { answer.logits[$0] < answer.logits[$1] })
      #expect(words.count == 7 && words[0] == "\(answer.index)" && words[3] == "\(runnerUp)")
      #expect(words[2] == "%" && words[5] == "%" && words[6] == sample.path(index))
      let percent = try #require(Double(words[1]))
      #expect(abs(percent - Double(answer.probabilities[answer.index]) * 100 / 65_536) < 0.006)
    }
    // Columns stand below each other.
    #expect(
      Set(lines.map { $0.distance(from: $0.startIndex, to: $0.firstIndex(of: "/") ?? $0.endIndex) }).count
        == 1)
  }

  @Test func `tables have a head and quoted fields`() throws {
    let sample = try ClassifySample(digits: 2)
    let odd = "a,\"b\"\nc.png"
    try sample.folder.write(sample.png(0), to: odd)
    let result = try sample.classify(["--csv", sample.path(1), sample.folder.path(odd), "missing.png"])
    #expect(result.status == 1)
    let head = "file,class,probability,runner_up,runner_up_probability,error\n"
    #expect(result.output.hasPrefix(head + sample.path(1) + ","))
    #expect(result.output.contains("\"" + sample.folder.path("a,\"\"b\"\"\\u{a}c.png") + "\","))
    #expect(
      result.output.hasSuffix(
        "missing.png,,,,,cannot be opened (No such file or directory); check the path and its permissions\n"))
    let words = result.output.dropFirst(head.count).prefix { $0 != "\n" }.split(
      separator: ",", omittingEmptySubsequences: false)
    #expect(words.count == 6 && words[5].isEmpty)
    let answer = try ClassifySample.answer(sample.pixels(1))
    #expect(words[1] == "\(answer.index)")
  }

  @Test func `names of any kind stay one object a line`() throws {
    let sample = try ClassifySample(digits: 1)
    let names = [
      "line\nend.png", "tab\tand\u{1B}[31m.png", "quote\"back\\slash.png", "größe-数-😀.png", "-dash.png",
    ]
    for name in names { try sample.folder.write(sample.png(0), to: name) }
    let paths = names.map { sample.folder.path($0) }
    let result = try sample.classify(["--json", "--"] + paths)
    #expect(result.status == 0)
    #expect(try result.objects().map { $0["file"] as? String } == paths)
    let lines = try sample.classify(paths)
    #expect(lines.output.filter { $0 == "\n" }.count == names.count)
    #expect(!lines.output.contains("\u{1B}"))
  }

  /// Two links to the folder itself make 2^64 paths of 64 folders; one picture is one line all the same.
  @Test(.timeLimit(.minutes(2))) func `a folder is entered once however it is linked`() throws {
    let sample = try ClassifySample(digits: 4)
    let manager = FileManager.default
    for folder in ["tree/a", "tree/b"] {
      try manager.createDirectory(atPath: sample.folder.path(folder), withIntermediateDirectories: true)
    }
    try sample.folder.write(sample.png(0), to: "tree/0.png")
    try sample.folder.write(sample.png(1), to: "tree/a/1.png")
    try sample.folder.write(sample.png(2), to: "tree/b/2.png")
    for (link, target) in [
      ("tree/loop", "."), ("tree/noop", "."), ("tree/a/up", ".."), ("tree/b/across", "../a"),
      ("tree/itself", "itself"),
    ] {
      try manager.createSymbolicLink(atPath: sample.folder.path(link), withDestinationPath: target)
    }
    let tree = sample.folder.path("tree")
    let once = ["0.png", "a/1.png", "b/2.png"].map { "\(tree)/\($0)" }
    let result = try sample.classify(["--json", tree])
    #expect(result.status == 0)
    #expect(try result.objects().map { $0["file"] as? String } == once)
    // A folder that is named twice is listed twice, as with files.
    let twice = try sample.classify(["--json", tree, tree])
    #expect(try twice.objects().map { $0["file"] as? String } == once + once)
  }

  @Test func `folders are searched in order to their ends`() throws {
    let sample = try ClassifySample(digits: 3)
    let files = [
      "b.png", "a/z.PNG", "a/deep/er/one.png", "c/.hidden/no.png", "a/.no.png", "a/text.txt", "d.gif",
    ]
    for name in files {
      let path = sample.folder.path("tree/" + name)
      try FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try sample.folder.write(sample.png(0), to: "tree/" + name)
    }
    // A loop has an end too.
    try FileManager.default.createSymbolicLink(
      atPath: sample.folder.path("tree/a/deep/up"), withDestinationPath: "../../a/deep")
    try FileManager.default.removeItem(atPath: sample.folder.path("tree/a/deep/up"))
    let result = try sample.classify(["--json", sample.folder.path("tree"), sample.path(1)])
    #expect(result.status == 0, "\(result.errors)")
    let found = try result.objects().compactMap { $0["file"] as? String }
    #expect(
      found == ["tree/a/deep/er/one.png", "tree/a/z.PNG", "tree/b.png"].map { sample.folder.path($0) } + [
        sample.path(1)
      ])
    try FileManager.default.createSymbolicLink(
      atPath: sample.folder.path("tree/a/deep/up"), withDestinationPath: "../../a")
    let looped = try sample.classify(["--json", sample.folder.path("tree")])
    #expect(looped.status == 0)
    #expect(try looped.objects().compactMap { $0["file"] as? String } == Array(found.dropLast()))
    let deep = sample.folder.path("tree/a" + String(repeating: "/d", count: 70))
    try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
    let refused = try sample.classify(["--json", sample.folder.path("tree")])
    #expect(refused.status == 1)
    #expect(refused.output.contains("lies more than 64 folders deep"))
  }

  @Test func `paths from standard input`() throws {
    let sample = try ClassifySample(digits: 4)
    let paths = sample.paths
    let lines = try sample.classify(
      ["--json", "-"], input: "\n\(paths[0])\n\n\(paths[1])\n\(paths[2])")
    #expect(try lines.objects().map { $0["file"] as? String } == Array(paths[0..<3]))
    try sample.folder.write(sample.png(3), to: "two\nlines.png")
    let odd = sample.folder.path("two\nlines.png")
    let zeros = try sample.classify(
      ["--json", "-0", "-", paths[1]], input: "\(paths[0])\0\(odd)\0\(paths[3])\0")
    #expect(try zeros.objects().map { $0["file"] as? String } == [paths[0], odd, paths[3], paths[1]])
    let long = String(repeating: "x", count: 200_000)
    let hostile = try sample.classify(["--json", "-"], input: "\(long)\n\(paths[0])\n")
    #expect(hostile.status == 1)
    let objects = try hostile.objects()
    #expect(objects.count == 2)
    #expect((objects[0]["error"] as? String)?.contains("more than 65536 bytes") == true)
    #expect(objects[1]["class"] != nil)
    try sample.classify(["-"], input: "").expectRefusal(1, "standard input", "names no files")
  }

  @Test func `saved inputs are the network's input`() throws {
    let sample = try ClassifySample(digits: 3)
    var page = [UInt8](repeating: 255, count: 200 * 200)
    for row in 40..<160 { for column in 90..<104 { page[row * 200 + column] = 0 } }
    try sample.folder.write(ClassifySample.png(page, width: 200), to: "one.png")
    let seen = sample.folder.path("seen")
    let files = [sample.path(0), sample.folder.path("one.png"), "missing.png", sample.path(2)]
    let result = try sample.classify(["--json", "--save-input", seen] + files)
    #expect(result.status == 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: seen).sorted()
    #expect(names.count == 3)
    #expect(names.first?.hasPrefix("000001-") == true && names.last?.hasPrefix("000004-") == true)
    #expect(try sample.folder.bytes(of: "seen/\(names[0])") == sample.png(0))
    // Classified again as they are they give the same logits.
    let again = try sample.classify(["--json", "--fit", "exact", "--invert", "no", seen])
    let before = try result.objects().compactMap { $0["logits"] as? [Int] }
    #expect(try again.objects().compactMap { $0["logits"] as? [Int] } == before)
    #expect(before.count == 3)
  }

  @Test func `invert and fit are obeyed`() throws {
    let sample = try ClassifySample(digits: 1)
    let turned = sample.pixels(0).map { 255 - $0 }
    try sample.folder.write(ClassifySample.png(turned, width: 28), to: "turned.png")
    let path = sample.folder.path("turned.png")
    let plain = try ClassifySample.answer(sample.pixels(0))
    let asIs = try ClassifySample.answer(turned)
    for (option, logits, inverted) in [
      ("auto", plain.logits, true), ("yes", plain.logits, true), ("no", asIs.logits, false),
    ] {
      let object = try #require(try sample.classify(["--json", "--invert", option, path]).objects().first)
      #expect(object["logits"] as? [Int] == logits)
      #expect(object["inverted"] as? Bool == inverted)
    }
    let fitted = try #require(try sample.classify(["--json", "--fit", "digit", path]).objects().first)
    #expect(fitted["fit"] as? String == "digit")
  }

  @Test func `a reader that closes the pipe is not a failure`() throws {
    let sample = try ClassifySample(digits: 2)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let result = try sample.classify(
      ["--json", "-"], input: String(repeating: sample.path(0) + "\n", count: 2000),
      output: .descriptor(ends[1]))
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #if os(Linux)
      let full = try sample.classify([sample.path(0)], output: .path("/dev/full"))
      #expect(full.status == 1)
      #expect(full.errors == "octet: cannot write to standard output: No space left on device\n")
    #endif
  }

  #if os(Linux)
    /// The most that was resident after a tenth of 20,000 files, and near their end: the pipe is too small for what
    /// follows, so the program still runs when it is looked at.
    @Test func `memory does not grow with the files`() throws {
      let sample = try ClassifySample(digits: 1)
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      let process = try OctetProcess(
        ["classify", ClassifySample.model, "--json", "--threads", "2", "-"],
        input: String(repeating: sample.path(0) + "\n", count: 20_000), output: .descriptor(ends[1]))
      close(ends[1])
      let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
      var lines = 0
      var early = 0
      var late = 0
      while let data = try reader.read(upToCount: 1 << 15), !data.isEmpty {
        lines += data.count { $0 == UInt8(ascii: "\n") }
        if early == 0, lines >= 2_000 { early = try peak(process.identifier) }
        if late == 0, lines >= 19_000 { late = try peak(process.identifier) }
      }
      #expect(try process.wait().status == 0)
      #expect(lines == 20_000)
      #expect(early > 0 && late < early + 4_096, "\(early) kB, then \(late) kB")
    }

    private func peak(_ process: pid_t) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
      return try #require(line.split(separator: " ").dropLast().last.flatMap { Int($0.filter(\.isNumber)) })
    }
  #endif
}
