import Foundation
import OctetData
import OctetHost
import TestSupport
import Testing

/// `octet classify` on arrays: the classes are those of the outputs that `octet predict` gives.
struct ClassifyArrayTests {
  private let folder: TemporaryFolder
  private static let items = 23

  init() throws {
    folder = try TemporaryFolder()
    var random = RandomStream(seed: 8, purpose: .testing)
    let rows = (0..<60).map { item in
      (["\(item % 3)"]
        + (0..<10).map { _ in "\(Float(item % 3) - 1 + Float.random(in: -1...1, using: &random))" })
        .joined(separator: ",")
    }
    try folder.write(rows.joined(separator: "\n"), to: "f.csv")
    try folder.write(
      "input 2x5x1\nflatten\ndense 8 relu\ndense 3 softmax\nepochs 3\nbatch 8\nseed 1\n", to: "f.network")
    for arguments in [
      [
        "train", "--network", folder.path("f.network"), "--data", folder.path("f.csv"), "--out",
        model("safetensors"),
      ],
      ["quantize", model("safetensors"), "--data", folder.path("f.csv")],
    ] {
      let result = try OctetProcess.run(arguments + ["-q"])
      try #require(result.status == 0, "\(result.errors)")
    }
    let numbers = (0..<10 * Self.items).map { _ in Float.random(in: -3...3, using: &random) }
    let integers = (0..<10 * Self.items).map { _ in Int8.random(in: -128...127, using: &random) }
    try folder.write(NPYArray(shape: [Self.items, 2, 5], numbers).file, to: "floats.npy")
    try folder.write(NPYArray(shape: [Self.items, 10], integers).file, to: "integers.npy")
    try folder.write(
      NPYArray(shape: [Self.items, 2, 5, 1], numbers.map { Int16($0.rounded()) }).file, to: "shorts.npy")
    try folder.write(NPYArray(shape: [2, 5], Array(numbers[..<10])).file, to: "one.npy")
  }

  private func model(_ ending: String) -> String { folder.path("f.\(ending)") }

  @Test(arguments: ["floats.npy", "integers.npy", "shorts.npy"])
  func `each item has the class of its largest output`(name: String) throws {
    let predicted = try OctetProcess.run(
      "predict", model("octet"), folder.path(name), "--integers", "--out", folder.path("y.npy"))
    try #require(predicted.status == 0, "\(predicted.errors)")
    let outputs = try NPYArray.read(path: folder.path("y.npy"))
    let result = try OctetProcess.run("classify", model("octet"), folder.path(name), "--json")
    try #require(result.status == 0, "\(result.errors)")
    let lines = try result.objects()
    #expect(lines.count == Self.items)
    for (item, line) in lines.enumerated() {
      let own = outputs.floats(item * 3..<item * 3 + 3)
      let best = try #require(own.indices.max { own[$0] < own[$1] || (own[$0] == own[$1] && $0 > $1) })
      #expect(line["item"] as? Int == item && line["class"] as? String == "\(best)")
      #expect(line["fit"] == nil && line["inverted"] == nil)
    }
  }

  @Test func `items of a large file are answered in pieces and in order`() throws {
    // More than two pieces of 256 items, whose first numbers go around.
    let count = 700
    let floats = try NPYArray.read(path: folder.path("floats.npy")).floats(0..<10 * Self.items)
    let numbers = (0..<count).flatMap { item in
      floats[item % Self.items * 10..<(item % Self.items + 1) * 10]
    }
    try folder.write(NPYArray(shape: [count, 10], numbers).file, to: "large.npy")
    for threads in ["1", "3"] {
      let result = try OctetProcess.run(
        "classify", model("octet"), folder.path("large.npy"), "--json", "--threads", threads)
      try #require(result.status == 0, "\(result.errors)")
      let lines = try result.objects()
      #expect(lines.map { $0["item"] as? Int } == Array(0..<count))
      let classes = lines.map { $0["class"] as? String }
      for item in Self.items..<count { #expect(classes[item] == classes[item % Self.items]) }
    }
    // A number that is none in the last piece leaves the whole file without answers.
    var broken = numbers
    broken[6_950] = .infinity
    try folder.write(NPYArray(shape: [count, 10], broken).file, to: "broken.npy")
    let result = try OctetProcess.run("classify", model("octet"), folder.path("broken.npy"), "--json")
    let lines = try result.objects()
    #expect(result.status == 1 && lines.count == 1)
    let reason = try #require(lines.first?["error"] as? String)
    #expect(reason.contains("has a number in item 695 that is no float32"))
  }

  @Test func `an item alone has no number`() throws {
    let result = try OctetProcess.run("classify", model("octet"), folder.path("one.npy"), "--json")
    let lines = try result.objects()
    #expect(lines.count == 1 && lines[0]["item"] == nil && lines[0]["class"] != nil)
    let text = try OctetProcess.run(
      "classify", model("octet"), folder.path("one.npy"), folder.path("floats.npy"))
    let files = text.output.split(separator: "\n").map { String($0.split(separator: " ").last ?? "") }
    #expect(
      files == [folder.path("one.npy")] + (0..<Self.items).map { "\(folder.path("floats.npy"))[\($0)]" })
    let table = try OctetProcess.run("classify", model("octet"), folder.path("floats.npy"), "--csv")
    #expect(table.output.split(separator: "\n")[2].hasPrefix("\(folder.path("floats.npy"))[1],"))
  }

  @Test func `labels count for all items of a file`() throws {
    try folder.write(
      try ByteFile.contents(at: folder.path("floats.npy"), limit: 1 << 20), to: "arrays/2/x.npy")
    let result = try OctetProcess.run(
      "classify", model("octet"), folder.path("arrays/2/x.npy"), "--labels", "folders", "--json")
    let last = try #require(try result.objects().last)
    #expect(last["images"] as? Int == Self.items)
    let right = try result.objects().dropLast().count { $0["class"] as? String == "2" }
    #expect(last["accuracy"] as? Double == Double(right) / Double(Self.items))
  }

  @Test func `what a model of features cannot take is refused`() throws {
    try folder.write(ClassifySample.png([UInt8](repeating: 9, count: 10), width: 5), to: "x.png")
    try folder.write(NPYArray(shape: [4, 3], [Float](repeating: 0, count: 12)).file, to: "other.npy")
    for (arguments, message) in [
      (["x.png"], "is no .npy file, and the model takes features"),
      (["other.npy"], "has the shape (4, 3), and the model takes (2, 5, 1)"),
      (["floats.npy", "--report", folder.path("p.html")], "is no picture"),
      (["floats.npy", "--show"], "is no picture"), (["nowhere.npy"], "cannot be read"),
    ] {
      let result = try OctetProcess.run(
        ["classify", model("octet"), folder.path(arguments[0])] + arguments.dropFirst())
      #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
    }
  }
}
