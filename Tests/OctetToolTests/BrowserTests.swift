import Foundation
import OctetData
import OctetHost
import OctetImages
import TestSupport
import Testing

/// A real browser, as Tools/browser/setup finds or installs it.
private struct Browser {
  private let program: String
  private let script: String

  /// Nil, with a line that says why, where there is none.
  init?() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    script = "\(root)/Tools/browser/try-pages.py"
    let found = try OctetProcess.run([], executable: "\(root)/Tools/browser/setup")
    program = found.output.trimmingCharacters(in: .whitespacesAndNewlines)
    if found.status != 0 || program.isEmpty {
      print("skipped: no browser to try pages in. \(found.errors)")
      return nil
    }
    let python = try OctetProcess.run(
      ["python3", "-c", "import json, subprocess"], executable: "/usr/bin/env")
    if python.status != 0 {
      print("skipped: no python3 to steer the browser with")
      return nil
    }
  }

  func tryPages(_ pages: [String]) throws -> OctetProcess.Result {
    try OctetProcess.run(["python3", script, program] + pages, executable: "/usr/bin/env")
  }

  func tryNetron(_ model: String, _ words: [String]) throws -> OctetProcess.Result {
    try OctetProcess.run(
      [
        Python.repository.appending(path: ".peers/watch/bin/python3").path,
        script.replacing("try-pages", with: "try-netron"), program, model,
      ] + words, executable: "/usr/bin/env")
  }

  /// - Parameter pictures: files with what the page has to read.
  func tryDrawing(
    _ page: String, pictures: [(path: String, label: String)] = [],
    numbers: [(list: String, label: String)] = [], drawsDigits: Bool = true
  ) throws -> OctetProcess.Result {
    let script = script.replacing("try-pages", with: "try-drawing")
    return try OctetProcess.run(
      ["python3", script, program, page] + (drawsDigits ? [] : ["--no-digits"])
        + pictures.flatMap { ["--picture", "\($0.path)=\($0.label)"] }
        + numbers.flatMap { ["--numbers", "\($0.list)=\($0.label)"] },
      executable: "/usr/bin/env")
  }
}

// One after another, as both may have to install the browser first.
@Suite(.serialized)
struct BrowserTests {
  @Test
  func `every page loads without faults, on a phone and on a desk, light and dark`() throws {
    guard let browser = try Browser() else { return }
    let sample = try ReportSample()
    let result = try browser.tryPages(try sample.pages())
    #expect(result.status == 0 && result.output.isEmpty, "\(result.output)\(result.errors)")
  }

  @Test
  func `the page of octet draw reads drawn digits and pictures, and makes no request`() throws {
    guard let web = try WebRuntime(), let browser = try Browser() else { return }
    let folder = try TemporaryFolder()
    let models = "\(Python.repository.path)/Models"
    var pages: [String] = []
    for name in ["cnn-two-pool", "dense-dropout"] {
      pages.append(folder.path("\(name).html"))
      let result = try OctetProcess.run(
        "draw", "\(models)/\(name).octet", "--wasm", "\(web.folder)/octet.wasm", "--out",
        folder.path("\(name).html"))
      #expect(result.status == 0, "\(result.errors)")
    }
    let looked = try browser.tryPages(pages)
    #expect(looked.status == 0 && looked.output.isEmpty, "\(looked.output)\(looked.errors)")
    // Pictures are read as the tool reads them.
    var pictures: [(path: String, label: String)] = []
    let digits = SyntheticDigits.generate(count: 3, seed: 3)
    for index in 0..<digits.count {
      let pixels = Array(digits.pixels[784 * index..<784 * (index + 1)])
      let picture = try Picture(width: 28, height: 28, pixels: pixels)
      let path = try folder.write(picture.png, to: "\(index).png")
      let answer = try OctetProcess.run("classify", "\(models)/cnn-two-pool.octet", path)
      pictures.append((path, String(answer.output.prefix { $0 != " " })))
    }
    let drawn = try browser.tryDrawing(pages[0], pictures: pictures)
    #expect(drawn.status == 0 && drawn.output.isEmpty, "\(drawn.output)\(drawn.errors)")
  }

  @Test
  func `pages of models in color and of features answer as octet classify`() throws {
    guard let web = try WebRuntime(), let browser = try Browser() else { return }
    let folder = try TemporaryFolder()
    func run(_ arguments: String...) throws -> OctetProcess.Result {
      let result = try OctetProcess.run(arguments, environment: ["OCTET_MNIST": "", "HOME": folder.path])
      try #require(result.status == 0, "\(arguments): \(result.errors)")
      return result
    }
    var random = RandomStream(seed: 23, purpose: .testing)
    let colors: [(name: String, color: [Int])] = [("blue", [30, 40, 200]), ("red", [210, 30, 40])]
    for (name, color) in colors {
      for index in 0..<12 {
        let pixels = (0..<24).flatMap { _ in color.map { UInt8($0 + Int(random.next() % 50) - 25) } }
        try folder.write(
          PNGWriter.encode(width: 6, height: 4, channels: 3, pixels: pixels.span),
          to: "colors/\(name)/\(index).png")
      }
    }
    let rows = (0..<60).map { item in
      (["\(item % 3)"]
        + (0..<5).map { _ in "\(Float(item % 3) - 1 + Float.random(in: -1...1, using: &random))" })
        .joined(separator: ",")
    }
    try folder.write(rows.joined(separator: "\n"), to: "numbers.csv")
    let settings = "epochs 20\nbatch 8\nseed 1\nlearning-rate 0.02\n"
    try folder.write(
      "input 4x6x3\nconv 4 3x3 padding same relu\nglobalaveragepool\ndense 2 softmax\n\(settings)",
      to: "colors.network")
    try folder.write("input 5\ndense 8 relu\ndense 3 softmax\n\(settings)", to: "numbers.network")
    for (name, data) in [("colors", "colors"), ("numbers", "numbers.csv")] {
      let (model, data) = (folder.path("\(name).safetensors"), folder.path(data))
      _ = try run(
        "train", "--network", folder.path("\(name).network"), "--data", data, "--out", model, "-q")
      _ = try run("quantize", model, "--data", data, "-q")
      _ = try run(
        "draw", folder.path("\(name).octet"), "--wasm", "\(web.folder)/octet.wasm", "--out",
        folder.path("\(name).html"))
    }
    let looked = try browser.tryPages(["colors", "numbers"].map { folder.path("\($0).html") })
    #expect(looked.status == 0 && looked.output.isEmpty, "\(looked.output)\(looked.errors)")

    let pictures = colors.map { (path: folder.path("colors/\($0.name)/3.png"), label: $0.name) }
    let opened = try browser.tryDrawing(folder.path("colors.html"), pictures: pictures, drawsDigits: false)
    #expect(opened.status == 0 && opened.output.isEmpty, "\(opened.output)\(opened.errors)")

    let lists = try (0..<4).map { _ in
      let numbers = (0..<5).map { _ in Float.random(in: -2...2, using: &random) }
      try folder.write(NPYArray(shape: [5], numbers).file, to: "item.npy")
      let answer = try run("classify", folder.path("numbers.octet"), folder.path("item.npy"))
      return (
        list: numbers.map { "\($0)" }.joined(separator: ","),
        label: String(answer.output.prefix { $0 != " " })
      )
    }
    let answered = try browser.tryDrawing(folder.path("numbers.html"), numbers: lists, drawsDigits: false)
    #expect(answered.status == 0 && answered.output.isEmpty, "\(answered.output)\(answered.errors)")
  }

  @Test
  func `Netron shows names, shapes and what Octet makes of the layers of exported models`() throws {
    guard Python("netron", environment: "watch") != nil, let browser = try Browser() else { return }
    let folder = try TemporaryFolder()
    let model = "\(Python.repository.path)/Models/cnn-two-pool"
    for (source, form, words) in [
      (
        "\(model).octet", "onnx-qdq",
        [
          "conv-1/Conv_", "dense-2/Gemm_", "batch×1×28×28", "batch×10", "[64,32,3,3]", "194688 multiply-adds",
          "288 bytes of int8 weights", "4 rows of", "zero point -128",
        ]
      ),
      (
        "\(model).safetensors", "onnx",
        ["conv-1", "dense-2", "batch×1×28×28", "194688 multiply-adds", "320 parameters"]
      ),
    ] {
      let file = folder.path("\(form).onnx")
      try #require(try OctetProcess.run("export", source, "--\(form)", file).status == 0)
      let looked = try browser.tryNetron(file, words)
      #expect(looked.status == 0 && looked.output.isEmpty, "\(looked.output)\(looked.errors)")
    }
    let missing = try browser.tryNetron(folder.path("onnx.onnx"), ["no such word"])
    #expect(missing.status == 1 && missing.output.contains("does not show 'no such word'"))
  }

  @Test
  func `faults are found: a request, a script's message, a wide page, a picture without words, pale text`()
    throws
  {
    guard let browser = try Browser() else { return }
    let folder = try TemporaryFolder()
    try folder.write(
      """
      <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>t</title>
      <meta name="viewport" content="width=device-width"/></head><body style="background:#fff">
      <img src="missing.png" alt=""/><script>console.error("trouble"); throw new Error("more")</script>
      <div style="width:3000px">wide</div><div style="width:40px;overflow:hidden;white-space:nowrap">much too long</div>
      <p style="margin-bottom:-1.8em">under</p><p>over</p><svg viewBox="0 0 1 1"></svg>
      <p style="color:#ccc">pale</p></body></html>
      """, to: "bad.html")
    let result = try browser.tryPages([folder.path("bad.html")])
    #expect(result.status == 1)
    for part in [
      "asks for ", "missing.png", "says on the console", "throws", "wide on a screen of", "svg without role",
      "aria-label",
      "text of contrast", "cuts off text: \"much too long", "text over text: \"under",
    ] { #expect(result.output.contains(part), "\(part) is not in: \(result.output) \(result.errors)") }
  }
}
