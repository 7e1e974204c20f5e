import Foundation
import TestSupport
import Testing

@Suite struct ReportTests {
  @Test
  func `say the numbers that --json says`() throws {
    let sample = try ReportSample()
    let evaluated = try sample.run(
      "evaluate", sample.path("model.octet"), "--against", sample.path("model.safetensors"), "--json",
      "--report",
      sample.path("page.html"))
    let object = try #require(try evaluated.objects().first)
    let page = try sample.page("page.html")
    func fact(_ name: String) -> String {
      let rest = page.components(separatedBy: "<dt>\(name)</dt><dd>").dropFirst().first ?? ""
      return rest.components(separatedBy: "</dd>")[0]
    }
    func percent(_ key: String) throws -> String {
      String(format: "%.2f %%", 100 * (try #require(object[key] as? Double)))
    }
    #expect(fact("Accuracy") == (try percent("accuracy")))
    #expect(fact("int8 accuracy") == (try percent("accuracy")))
    #expect(fact("Float accuracy") == (try percent("float_accuracy")))
    #expect(fact("Answers changed") == "\(try #require(object["changed"] as? Int))")
    #expect(fact("Memory to run").filter(\.isNumber) == "\(try #require(object["arena_bytes"] as? Int))")
    let matrix = try #require(object["confusion_matrix"] as? [[Int]])
    for (truth, row) in matrix.enumerated() {
      for (answer, count) in row.enumerated() where count > 0 {
        #expect(page.contains("<title>\(truth) taken for \(answer): \(count) ("))
      }
    }
  }

  @Test
  func `have the same bytes each time, times of training aside`() throws {
    let sample = try ReportSample()
    let model = sample.path("model.octet")
    for command in [
      ["evaluate", model, "--report"],
      ["report", model, "--against", sample.path("model.safetensors"), "--out"],
      ["data", "show", "--report"],
    ] {
      for name in ["a.html", "b.html"] {
        let result = try sample.training.run(command + [sample.path(name), "--data", sample.path("data")])
        #expect(result.status == 0, "\(result.errors)")
      }
      #expect(try sample.page("a.html") == sample.page("b.html"))
    }
    for (name, threads) in [("a.html", "1"), ("b.html", "2")] {
      _ = try sample.run(
        "classify", model, sample.path("pictures"), "--threads", threads, "-q", "--report", sample.path(name))
    }
    #expect(try sample.page("a.html") == sample.page("b.html"))
  }

  @Test
  func `cannot be entered by the name of a file or of a class`() throws {
    let sample = try ReportSample()
    let name = "<script>alert(1)<!--\"'&.png"
    let source = try #require(try digitName(sample))
    let digit = try #require(try sample.folder.bytes(of: "pictures/\(source)"))
    try sample.folder.write(digit, to: "pictures/\(name)")
    try sample.folder.write([0], to: "pictures/<script>broken.png")
    let result = try sample.run(
      "classify", sample.path("model.octet"), sample.path("pictures"), "-q", "--report",
      sample.path("page.html"))
    #expect(result.status == 1)
    let page = try sample.page("page.html")
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;!--&quot;&#39;&amp;.png"))
    #expect(page.contains("&lt;script&gt;broken.png"))

    for name in ["<script>alert(2)</script>".replacing("/", with: "\\"), "b&\"'"] {
      let path = sample.path("classes/\(name)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for index in 0..<6 { try sample.folder.write(digit, to: "classes/\(name)/\(index).png") }
    }
    let shown = try sample.training.run([
      "data", "show", "--data", sample.path("classes"), "--report", sample.path("classes.html"), "--svg",
      sample.path("svg"),
    ])
    #expect(shown.status == 0, "\(shown.errors)")
    let classes = try sample.page("classes.html")
    #expect(!classes.contains("<script") && classes.contains("&lt;script&gt;alert(2)"))
    let svg = try #require(try sample.folder.contents(of: "svg/balance.svg"))
    // The middle of a long name is left out.
    #expect(!svg.contains("<script") && svg.contains("&lt;scr"))
  }

  private func digitName(_ sample: ReportSample) throws -> String? {
    try FileManager.default.contentsOfDirectory(atPath: sample.path("pictures")).sorted().first {
      $0 != "0-broken.png"
    }
  }

  @Test
  func `come with single pictures, and without a page if only those are asked for`() throws {
    let sample = try ReportSample()
    let result = try sample.run("evaluate", sample.path("model.octet"), "--svg", sample.path("made/pictures"))
    #expect(result.status == 0 && result.output.contains("Wrote pictures in"))
    let names = try FileManager.default.contentsOfDirectory(atPath: sample.path("made/pictures"))
    for name in ["confusion.svg", "scores.svg", "calibration.svg", "network.svg", "arena.svg", "filters.svg"]
    {
      #expect(names.contains(name))
    }
    #expect(names.allSatisfy { $0.hasSuffix(".svg") })
  }

  @Test
  func `show each part that a command knows of`() throws {
    let sample = try ReportSample()
    _ = try sample.pages()
    let wanted = [
      "train": [
        "id=\"data\"", "id=\"training\"", "id=\"evaluation\"", "id=\"network\"", "Learning rate",
        "Time of each epoch",
      ],
      "quantize": [
        "id=\"comparison\"", "id=\"quantization\"", "Size before and after", "conv-1: weights",
        "conv-1: values", "The memory while it runs",
      ],
      "evaluate": ["id=\"evaluation\"", "id=\"comparison\"", "id=\"network\""],
      "report": ["id=\"comparison\"", "Signal over the noise", "id=\"training\"", "id=\"data\""],
      "float": ["id=\"data\"", "id=\"training\"", "What the first layer looks for"],
      "data": ["The mean of each class"],
      "classify": ["Files that could not be classified", "0-broken.png", "class=\"seen\""],
    ]
    for (name, parts) in wanted {
      let page = try sample.page("\(name).html")
      for part in parts { #expect(page.contains(part), "\(name): \(part)") }
      let asked = page.components(separatedBy: "http").dropFirst().filter { !$0.hasPrefix("-equiv") }
      #expect(asked.isEmpty, "\(name)")
    }
  }

  @Test
  func `are refused where they cannot be written, before any work is done`() throws {
    let sample = try ReportSample()
    let model = sample.path("model.octet")
    try sample.run("evaluate", model, "--report", sample.path("no/page.html")).expectRefusal(
      1, "no/page.html", "mkdir -p")
    try sample.run("evaluate", model, "--svg", sample.path("model.octet")).expectRefusal(1, "is not a folder")
    try sample.run("report", model, "--image", "50").expectRefusal(1, "--image 50", "the last is 49")
    try sample.run("data", "show", "--image", "1000000").expectRefusal(1, "--image 1000000")
    try sample.run("report", sample.path("model.safetensors"), "--against", model).expectRefusal(
      2, "--against")
    try sample.run("classify", model, sample.path("pictures"), "--show", "--json").expectRefusal(2, "--show")
    #expect(!FileManager.default.fileExists(atPath: sample.path("no")))
  }

  @Test
  func `of a model that was quantized in another way say so`() throws {
    let sample = try ReportSample()
    _ = try sample.run(
      "quantize", sample.path("model.safetensors"), "--method", "entropy", "-q", "--out",
      sample.path("other.octet"))
    let result = try sample.run(
      "report", sample.path("other.octet"), "--against", sample.path("model.safetensors"), "--out",
      sample.path("page.html"))
    #expect(result.status == 0, "\(result.errors)")
    let page = try sample.page("page.html")
    #expect(
      page.contains("not what octet quantize makes of this model") && !page.contains("Signal over the noise"))
  }
}
